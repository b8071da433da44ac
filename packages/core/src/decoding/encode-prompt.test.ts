import { expect, test } from 'vitest';
import type { Tokenizer } from '../contract/tokenizer.js';
import { encodePrompt } from './encode-prompt.js';

function encode(text: string, beginToken: number | undefined, addsBeginToken: boolean): number[] {
  const tokenizer: Tokenizer = {
    vocabularySize: 256,
    beginToken,
    addsBeginToken,
    endTokens: [],
    encode: (given) => [...new TextEncoder().encode(given)],
    decode: (tokens) => String.fromCharCode(...tokens),
    tokenBytes: (token) => Uint8Array.of(token),
  };
  return encodePrompt(tokenizer, text);
}

test.each([
  ['a model that expects its begin token', 1, true, [1, 97, 98], [1]],
  ['a model that has one, but does not expect it', 1, false, [97, 98], [1]],
  // 0 is a token like any other.
  ['a model whose begin token is 0', 0, true, [0, 97, 98], [0]],
  ['a model that has none', undefined, false, [97, 98], []],
  ['a model that has none and says that it expects one', undefined, true, [97, 98], []],
] as const)('%s', (_, beginToken, addsBeginToken, text, empty) => {
  expect(encode('ab', beginToken, addsBeginToken)).toEqual(text);
  expect(encode('', beginToken, addsBeginToken)).toEqual(empty);
});
