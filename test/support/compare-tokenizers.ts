import type { Tokenizer } from '@foretoken/core';
import { llamacppBackend } from '@foretoken/llamacpp-backend';
import { ggufTokenizer, readGguf } from '@foretoken/models';
import { expect } from 'vitest';
import { newerThanLlama } from './border-characters.js';

/** A file's tokenizer inside llama.cpp and outside of it. */
export interface BothTokenizers {
  readonly inside: Tokenizer;
  readonly outside: Tokenizer;
  close(): Promise<void>;
}

export async function openBothTokenizers(file: string): Promise<BothTokenizers> {
  const options = { threads: 1, maximumSequences: 1, contextLength: 32 };
  const model = await llamacppBackend.loadModel(file, options);
  return {
    inside: model.tokenizer,
    outside: ggufTokenizer(await readGguf(file)),
    close: () => model.close(),
  };
}

/** The vocabulary, the special tokens, and the bytes of every token. */
export function expectSameVocabulary({ inside, outside }: BothTokenizers): void {
  expect(outside.vocabularySize).toBe(inside.vocabularySize);
  expect(outside.beginToken).toBe(inside.beginToken);
  expect(outside.addsBeginToken).toBe(inside.addsBeginToken);
  expect(outside.endTokens).toEqual(inside.endTokens);
  const differing = Array.from({ length: inside.vocabularySize }, (_, token) => token).filter(
    (token) => !Buffer.from(outside.tokenBytes(token)).equals(inside.tokenBytes(token)),
  );
  expect(differing).toEqual([]);
}

/** The tokens of a text, read both ways, and the text of the tokens. Characters that llama.cpp lacks are left out. */
export function expectSameTokens({ inside, outside }: BothTokenizers, anyText: string): void {
  const text = Array.from(anyText, (one) => (newerThanLlama.test(one) ? '' : one)).join('');
  for (const special of [false, true]) {
    const tokens = inside.encode(text, { special });
    expect(outside.encode(text, { special }), JSON.stringify(text)).toEqual(tokens);
    expect(outside.decode(tokens)).toBe(inside.decode(tokens));
  }
}
