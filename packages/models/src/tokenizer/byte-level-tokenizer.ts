import {
  InvalidModelFileError,
  TokenOutOfRangeError,
  type Tokenizer,
  UnsupportedError,
} from '@foretoken/core';
import { Tokenizer as HubTokenizer } from '@huggingface/tokenizers';
import { readJson } from '../convert/model-config.js';
import { controlToken } from '../gguf/token-types.js';
import type { GgufFile } from '../gguf/gguf-file.js';

interface AddedToken {
  readonly id: number;
  readonly content: string;
  readonly special: boolean;
}

interface TokenizerJson {
  readonly model?: { readonly vocab?: Readonly<Record<string, number>> };
  readonly added_tokens?: readonly AddedToken[];
}

/**
 * A byte-level BPE tokenizer outside any engine. Equal to llama.cpp's on the embedded family (a test compares
 * them on a fuzzed corpus).
 *
 * @param path a tokenizer.json.
 * @param options.endToken the token that ends a text, where there is one.
 * @throws InvalidModelFileError for a file that is no tokenizer.
 */
export async function loadTokenizer(
  path: string,
  options: { readonly endToken?: number } = {},
): Promise<Tokenizer> {
  return createTokenizer(path, await readJson(path), options.endToken);
}

/**
 * The tokenizer that a GGUF file carries, where it is GPT-2's kind of byte-level BPE.
 *
 * @throws UnsupportedError for any other kind.
 */
export function ggufTokenizer({ path, metadata }: GgufFile): Tokenizer {
  const kind = `${String(metadata.get('tokenizer.ggml.model'))} ${String(metadata.get('tokenizer.ggml.pre'))}`;
  if (kind !== 'gpt2 gpt-2') {
    throw new UnsupportedError(
      `${path}: the tokenizer is ${kind}; outside the engine only gpt2 gpt-2 can be read.`,
    );
  }
  const texts = metadata.get('tokenizer.ggml.tokens') as readonly string[];
  const types = metadata.get('tokenizer.ggml.token_type') as readonly number[];
  const endToken = metadata.get('tokenizer.ggml.eos_token_id');
  const json = {
    model: {
      type: 'BPE',
      vocab: Object.fromEntries(texts.map((text, id) => [text, id])),
      merges: metadata.get('tokenizer.ggml.merges'),
    },
    normalizer: null,
    post_processor: null,
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, use_regex: true },
    decoder: { type: 'ByteLevel' },
    added_tokens: texts.flatMap((content, id) =>
      types[id] === controlToken ? [{ id, content, special: true, normalized: false }] : [],
    ),
  };
  return createTokenizer(path, json, typeof endToken === 'number' ? endToken : undefined);
}

function createTokenizer(path: string, json: object, endToken: number | undefined): Tokenizer {
  const { model, added_tokens: added = [] } = json as TokenizerJson;
  if (model?.vocab === undefined) throw new InvalidModelFileError(`${path} has no vocabulary.`);
  const special = new Set(added.filter((token) => token.special).map(({ id }) => id));
  // Without its added tokens, the tokenizer reads special text as plain text.
  const [withSpecial, plain] = [json, { ...json, added_tokens: [] }].map(
    (source) => new HubTokenizer(source, {}),
  );
  const bytes = new Map<number, Uint8Array>();
  for (const [text, id] of Object.entries(model.vocab))
    bytes.set(id, special.has(id) ? new Uint8Array() : fromByteLevel(text));
  for (const { id, content } of added) if (!special.has(id)) bytes.set(id, new TextEncoder().encode(content));
  const vocabularySize = Math.max(...bytes.keys()) + 1;
  const tokenBytes = (token: number): Uint8Array => {
    const known = bytes.get(token);
    if (known === undefined)
      throw new TokenOutOfRangeError(`Token ${token} is not in the vocabulary of ${vocabularySize}.`);
    return known;
  };
  return {
    vocabularySize,
    beginToken: undefined,
    addsBeginToken: false,
    endTokens: endToken === undefined ? [] : [endToken],
    encode: (text, { special: readSpecial = false } = {}) =>
      text === ''
        ? []
        : ((readSpecial ? withSpecial : plain) as HubTokenizer).encode(wellFormed(text), {
            add_special_tokens: false,
          }).ids,
    decode: (tokens) =>
      new TextDecoder('utf-8', { ignoreBOM: true }).decode(Buffer.concat(tokens.map(tokenBytes))),
    tokenBytes,
  };
}

/** Lone surrogates become U+FFFD, as everywhere in UTF-8. */
function wellFormed(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8');
}

/** GPT-2 writes every byte as a printable character: printable ones as themselves, the others from U+0100 on. */
function fromByteLevel(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => byteOfCharacter.get(character) ?? 0);
}

const byteOfCharacter: ReadonlyMap<string, number> = byteCharacters();

function byteCharacters(): Map<string, number> {
  const printable = (byte: number): boolean =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff);
  const characters = new Map<string, number>();
  let next = 0x100;
  for (let byte = 0; byte < 256; byte++)
    characters.set(String.fromCodePoint(printable(byte) ? byte : next++), byte);
  return characters;
}
