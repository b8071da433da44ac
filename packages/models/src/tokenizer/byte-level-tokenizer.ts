import {
  InvalidModelFileError,
  TokenOutOfRangeError,
  type Tokenizer,
  UnsupportedError,
} from '@foretoken/core';
import { Tokenizer as HubTokenizer } from '@huggingface/tokenizers';
import { type AddedToken, readTokenizerJson } from '../convert/tokenizer-json.js';
import { controlToken, unusedToken, userDefinedToken } from '../gguf/token-types.js';
import type { GgufFile } from '../gguf/gguf-file.js';
import { fromByteLevel } from './byte-level.js';
import { ggufEndTokens } from './end-tokens.js';

/**
 * GPT-2's splitting, written out: the library's own copy for byte-level tokenizers uses JavaScript's idea of a
 * space, which has U+FEFF and lacks U+0085; in patterns that it is given, \s means what Unicode says.
 */
const gpt2Splitting = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

interface TokenizerParts {
  readonly vocabularySize: number;
  /** Text of a token, in GPT-2's byte alphabet, to its id. */
  readonly vocabulary: readonly (readonly [text: string, id: number])[];
  readonly merges: readonly string[];
  readonly addedTokens: readonly AddedToken[];
  readonly beginToken: number | undefined;
  readonly addsBeginToken: boolean;
  readonly endTokens: readonly number[];
}

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
  return createTokenizer({
    vocabularySize: ids.reduce((largest, id) => Math.max(largest, id), 0) + 1,
    vocabulary,
    merges,
    addedTokens,
    beginToken: options.beginToken ?? firstToken,
    addsBeginToken: firstToken !== undefined,
    endTokens: options.endToken === undefined ? [] : [options.endToken],
  });
}

/**
 * The tokenizer that a GGUF file carries, where it is GPT-2's kind of byte-level BPE.
 *
 * @throws UnsupportedError for any other kind, InvalidModelFileError where parts of it are missing.
 */
export function ggufTokenizer({ path, metadata }: GgufFile): Tokenizer {
  const kind = `${String(metadata.get('tokenizer.ggml.model'))} ${String(metadata.get('tokenizer.ggml.pre'))}`;
  if (kind !== 'gpt2 gpt-2') {
    throw new UnsupportedError(
      `${path}: the tokenizer is ${kind}; outside the engine only gpt2 gpt-2 can be read.`,
    );
  }
  const texts = (key: string): readonly string[] => {
    const value = metadata.get(key);
    if (!Array.isArray(value) || !value.every((text) => typeof text === 'string')) {
      throw new InvalidModelFileError(`${path}: ${key} is not a list of texts.`);
    }
    return value as readonly string[];
  };
  const token = (key: string): number | undefined => {
    const value = metadata.get(key);
    return typeof value === 'number' ? value : undefined;
  };
  const tokens = texts('tokenizer.ggml.tokens');
  const types = metadata.get('tokenizer.ggml.token_type');
  const typeOf = (id: number): unknown => (Array.isArray(types) ? types[id] : undefined);
  const beginToken = token('tokenizer.ggml.bos_token_id');
  return createTokenizer({
    vocabularySize: tokens.length,
    vocabulary: tokens.flatMap((text, id) => (typeOf(id) === unusedToken ? [] : [[text, id] as const])),
    merges: texts('tokenizer.ggml.merges'),
    addedTokens: tokens.flatMap((content, id) =>
      typeOf(id) === controlToken || typeOf(id) === userDefinedToken
        ? [{ id, content, special: typeOf(id) === controlToken }]
        : [],
    ),
    beginToken,
    addsBeginToken: beginToken !== undefined && metadata.get('tokenizer.ggml.add_bos_token') === true,
    endTokens: ggufEndTokens(metadata, tokens, typeOf),
  });
}

function createTokenizer(parts: TokenizerParts): Tokenizer {
  const { vocabularySize, addedTokens, endTokens } = parts;
  const withSpecial = hubTokenizer(parts, addedTokens);
  // Without the special tokens, it reads their text as plain text.
  const plain = hubTokenizer(
    parts,
    addedTokens.filter(({ special }) => !special),
  );
  const bytes: Uint8Array[] = Array.from({ length: vocabularySize }, () => new Uint8Array());
  for (const [text, id] of parts.vocabulary) bytes[id] = fromByteLevel(text);
  for (const { id, content, special } of addedTokens) {
    bytes[id] = special ? new Uint8Array() : new TextEncoder().encode(content);
  }
  const tokenBytes = (token: number): Uint8Array => {
    const known = bytes[token];
    if (known === undefined) {
      throw new TokenOutOfRangeError(
        `Token ${token}: the vocabulary has the tokens 0 to ${vocabularySize - 1}.`,
      );
    }
    return known;
  };
  return {
    vocabularySize,
    beginToken: parts.beginToken,
    addsBeginToken: parts.addsBeginToken,
    endTokens,
    encode: (text, { special = false } = {}) =>
      text === ''
        ? []
        : (special ? withSpecial : plain).encode(wellFormed(text), { add_special_tokens: false }).ids,
    decode: (tokens) =>
      new TextDecoder('utf-8', { ignoreBOM: true }).decode(Buffer.concat(tokens.map(tokenBytes))),
    tokenBytes,
  };
}

function hubTokenizer(parts: TokenizerParts, addedTokens: readonly AddedToken[]): HubTokenizer {
  const json = {
    model: { type: 'BPE', vocab: Object.fromEntries(parts.vocabulary), merges: parts.merges },
    normalizer: null,
    post_processor: null,
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        { type: 'Split', pattern: { Regex: gpt2Splitting }, behavior: 'Isolated', invert: false },
        { type: 'ByteLevel', add_prefix_space: false, use_regex: false },
      ],
    },
    decoder: { type: 'ByteLevel' },
    added_tokens: addedTokens.map((token) => ({ ...token, normalized: false })),
  };
  return new HubTokenizer(json, {});
}

/** Lone surrogates become U+FFFD, as everywhere in UTF-8. */
function wellFormed(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8');
}
