import type { Tokenizer } from '@foretoken/core';

/** A model's tokens as a grammar sees them. */
export class Vocabulary {
  readonly endTokens: readonly number[];
  /** Bytes of every token, [vocabularySize]; none for those that are no text: end tokens and other special ones. */
  readonly texts: readonly Uint8Array[];

  constructor(tokenizer: Tokenizer) {
    this.endTokens = tokenizer.endTokens;
    const ends = new Set(tokenizer.endTokens);
    this.texts = Array.from({ length: tokenizer.vocabularySize }, (_, token) =>
      ends.has(token) ? new Uint8Array() : tokenizer.tokenBytes(token),
    );
  }

  get size(): number {
    return this.texts.length;
  }

  /** False for end tokens, other special ones, and what is no token. */
  isText(token: number): boolean {
    return (this.texts[token]?.length ?? 0) > 0;
  }
}
