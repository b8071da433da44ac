import { InvalidModelFileError, TokenOutOfRangeError, type Tokenizer } from '@foretoken/core';
import { Tokenizer as HubTokenizer } from '@huggingface/tokenizers';
import { isObject } from '../is-object.js';
import { fromByteLevel } from './byte-level.js';

export interface JsonTokenizerOptions {
  /** The token that begins a text, where there is one. */
  readonly beginToken?: number | undefined;
  readonly endTokens?: readonly number[] | undefined;
}

interface AddedToken {
  readonly id: number;
  readonly content: string;
  readonly special?: boolean;
}

/** Parts that a tokenizer.json may leave out, and the library may not. */
const absent = { normalizer: null, pre_tokenizer: null, post_processor: null, decoder: null };

const noBytes = new Uint8Array();

/**
 * The tokenizer that a tokenizer.json describes, of any kind that @huggingface/tokenizers reads: what
 * transformers.js itself encodes with.
 *
 * @param where for messages.
 * @param json the file's content.
 * @throws InvalidModelFileError.
 */
export function jsonTokenizer(
  where: string,
  json: Readonly<Record<string, unknown>>,
  options: JsonTokenizerOptions = {},
): Tokenizer {
  const addedTokens = (json['added_tokens'] ?? []) as readonly AddedToken[];
  const make = (tokens: readonly AddedToken[]): HubTokenizer => {
    try {
      return new HubTokenizer({ ...absent, ...json, added_tokens: tokens }, {});
    } catch (error) {
      throw new InvalidModelFileError(`${where} is no tokenizer that can be read: ${String(error)}`, {
        cause: error,
      });
    }
  };
  const withSpecial = make(addedTokens);
  // Without the special tokens, it reads their text as plain text.
  const plain = make(addedTokens.filter(({ special }) => special !== true));
  const vocabulary = withSpecial.get_vocab(true);
  if (vocabulary.size === 0) throw new InvalidModelFileError(`${where} has no vocabulary.`);
  const toBytes = usesByteLevel(json) ? fromByteLevel : fromPieces;
  const bytes: Uint8Array[] = [];
  for (const [text, id] of vocabulary as Map<string | undefined, number>) {
    // Ids that no token has come without a text.
    if (text !== undefined) bytes[id] = toBytes(text);
  }
  for (const { id, content, special } of addedTokens) {
    bytes[id] = special === true ? noBytes : new TextEncoder().encode(content);
  }
  const tokenBytes = (token: number): Uint8Array => {
    if (!Number.isInteger(token) || token < 0 || token >= bytes.length) {
      throw new TokenOutOfRangeError(`Token ${token}: ${where} has the tokens 0 to ${bytes.length - 1}.`);
    }
    return bytes[token] ?? noBytes;
  };
  return {
    vocabularySize: bytes.length,
    beginToken: options.beginToken,
    addsBeginToken: options.beginToken !== undefined && withSpecial.encode('a').ids[0] === options.beginToken,
    endTokens: options.endTokens ?? [],
    encode: (text, { special = false } = {}) =>
      text === ''
        ? []
        : // Lone surrogates become U+FFFD, as everywhere in UTF-8.
          (special ? withSpecial : plain).encode(Buffer.from(text, 'utf8').toString('utf8'), {
            add_special_tokens: false,
          }).ids,
    decode: (tokens) =>
      new TextDecoder('utf-8', { ignoreBOM: true }).decode(Buffer.concat(tokens.map(tokenBytes))),
    tokenBytes,
  };
}

/** True where the vocabulary is written in GPT-2's alphabet of bytes. */
function usesByteLevel(json: Readonly<Record<string, unknown>>): boolean {
  const has = (part: unknown): boolean =>
    isObject(part) &&
    (part['type'] === 'ByteLevel' ||
      [part['pretokenizers'], part['decoders']].flat().some((inner) => has(inner)));
  return has(json['decoder']) || has(json['pre_tokenizer']);
}

/** SentencePiece's way: U+2581 is a space, and `<0x0A>` a byte. */
function fromPieces(text: string): Uint8Array {
  const [, byte] = /^<0x([0-9A-F]{2})>$/.exec(text) ?? [];
  return byte === undefined
    ? new TextEncoder().encode(text.replaceAll('\u2581', ' '))
    : Uint8Array.of(Number.parseInt(byte, 16));
}
