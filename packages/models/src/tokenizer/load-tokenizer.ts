import type { Tokenizer } from '@foretoken/core';
import { Tokenizer as HubTokenizer } from '@huggingface/tokenizers';
import { readTokenizerJson } from '../convert/tokenizer-json.js';
import { fromByteLevel } from './byte-level.js';
import { createTokenizer } from './create-tokenizer.js';
import { gpt2Pattern } from './gguf/text-splitting.js';

/**
 * A byte-level BPE tokenizer outside any engine, equal to llama.cpp's (a test compares them on a fuzzed
 * corpus).
 *
 * @param path a tokenizer.json.
 * @param options.beginToken the token that begins a text, where there is one.
 * @param options.endToken the token that ends a text, where there is one.
 * @throws InvalidModelFileError for a file that is no tokenizer, UnsupportedError for one of another kind.
 */
export async function loadTokenizer(
  path: string,
  options: { readonly beginToken?: number | undefined; readonly endToken?: number | undefined } = {},
): Promise<Tokenizer> {
  const { vocabulary, merges, addedTokens, firstToken } = await readTokenizerJson(path);
  const ids = [...vocabulary.map(([, id]) => id), ...addedTokens.map(({ id }) => id)];
  const bytes: Uint8Array[] = Array.from(
    { length: ids.reduce((largest, id) => Math.max(largest, id), 0) + 1 },
    () => new Uint8Array(),
  );
  for (const [text, id] of vocabulary) bytes[id] = fromByteLevel(text);
  for (const { id, content, special } of addedTokens) {
    bytes[id] = special ? new Uint8Array() : new TextEncoder().encode(content);
  }
  const hub = new HubTokenizer(
    {
      model: { type: 'BPE', vocab: Object.fromEntries(vocabulary), merges },
      normalizer: null,
      post_processor: null,
      pre_tokenizer: {
        type: 'Sequence',
        pretokenizers: [
          // Written out: the library's own copy uses JavaScript's idea of a space, which has U+FEFF and lacks U+0085.
          { type: 'Split', pattern: { Regex: gpt2Pattern }, behavior: 'Isolated', invert: false },
          { type: 'ByteLevel', add_prefix_space: false, use_regex: false },
        ],
      },
      decoder: { type: 'ByteLevel' },
      added_tokens: [],
    },
    {},
  );
  return createTokenizer({
    bytes,
    addedTokens,
    encodeText: (text) => hub.encode(text, { add_special_tokens: false }).ids,
    beginToken: options.beginToken ?? firstToken,
    addsBeginToken: firstToken !== undefined,
    endTokens: options.endToken === undefined ? [] : [options.endToken],
  });
}
