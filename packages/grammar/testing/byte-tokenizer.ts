import type { Tokenizer } from '@foretoken/core';

/** A tokenizer of the given texts, after one end token, 0, and one special token, 1; a text is split byte by byte. */
export function testTokenizer(texts: readonly (string | Uint8Array)[]): Tokenizer {
  const bytes = texts.map((value) => (typeof value === 'string' ? new TextEncoder().encode(value) : value));
  const all = [new Uint8Array(), new Uint8Array(), ...bytes];
  return {
    vocabularySize: all.length,
    beginToken: undefined,
    addsBeginToken: false,
    endTokens: [0],
    encode: (value) =>
      Array.from(new TextEncoder().encode(value), (byte) =>
        all.findIndex((token) => token.length === 1 && token[0] === byte),
      ),
    decode: (tokens) => Buffer.concat(tokens.map((token) => all[token] as Uint8Array)).toString(),
    tokenBytes: (token) => all[token] as Uint8Array,
  };
}

/** Every byte as a token, from 2 on. */
export const everyByte: readonly Uint8Array[] = Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte));
