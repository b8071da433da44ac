import type { Tokenizer } from '@foretoken/core';
import { Tokenizer as HubTokenizer } from '@huggingface/tokenizers';
import type { GgufFile } from '../../gguf/gguf-file.js';
import { createTokenizer } from '../create-tokenizer.js';
import { addedTokens, vocabularyJson } from './gguf-tokenizer-json.js';
import { bytesOfToken, readVocabulary } from './gguf-vocabulary.js';

/** What is used of a tokenizer of the library. */
interface BpeTokenizer {
  /** The ranks of pairs, each as the JSON of a list. */
  readonly model: { bpe_ranks: Pick<ReadonlyMap<string, number>, 'get'> };
  encode(
    text: string,
    options: { readonly add_special_tokens: boolean },
  ): { readonly ids: readonly number[] };
}

/**
 * The tokenizer that a GGUF file carries, equal to llama.cpp's: byte-level BPE (`gpt2`) with the ways to split texts
 * of the families llama, qwen2 and mistral, and SentencePiece (`llama`).
 *
 * @throws UnsupportedError for other kinds, InvalidModelFileError where parts of it are missing.
 */
export function ggufTokenizer(file: GgufFile): Tokenizer {
  const vocabulary = readVocabulary(file);
  const { beginToken, endTokens, spelling } = vocabulary;
  const json = vocabularyJson(vocabulary, spelling.kind === 'byte-level' ? spelling.merges : []);
  const hub: BpeTokenizer = new HubTokenizer({ ...json, added_tokens: [] }, {});
  if (spelling.kind === 'pieces') {
    // Any two neighbours that make a token, and equal scores from the left: no list of merges says so.
    hub.model.bpe_ranks = { get: (pair) => spelling.ranks.get((JSON.parse(pair) as string[]).join('')) };
  }
  return createTokenizer({
    bytes: vocabulary.tokens.map((_, id) => bytesOfToken(vocabulary, id)),
    addedTokens: addedTokens(vocabulary),
    encodeText: (text) => hub.encode(text, { add_special_tokens: false }).ids,
    beginToken,
    addsBeginToken: beginToken !== undefined && vocabulary.addsBeginToken,
    endTokens,
  });
}
