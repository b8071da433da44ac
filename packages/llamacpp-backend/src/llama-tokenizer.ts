import { EngineError, TokenOutOfRangeError, type Tokenizer } from '@foretoken/core';
import type { NativeFunctions, Pointer } from './native-functions.js';
import { assertSplits } from './split-limit.js';

/** The model's own tokenizer, inside libllama. */
export class LlamaTokenizer implements Tokenizer {
  readonly vocabularySize: number;
  readonly beginToken: number | undefined;
  readonly addsBeginToken: boolean;
  readonly endTokens: readonly number[];
  readonly #native: NativeFunctions;
  readonly #vocabulary: Pointer;
  readonly #longestRun: number;
  readonly #pieces: (Uint8Array | undefined)[] = [];

  /** @param longestRun characters, all spaces or none, that it can split (`longestRun`). */
  constructor(native: NativeFunctions, vocabulary: Pointer, longestRun: number) {
    this.#native = native;
    this.#vocabulary = vocabulary;
    this.#longestRun = longestRun;
    this.vocabularySize = native.vocabularySize(vocabulary);
    const begin = native.beginToken(vocabulary);
    this.beginToken = begin >= 0 ? begin : undefined;
    this.addsBeginToken = this.beginToken !== undefined && native.addsBeginToken(vocabulary);
    const endTokens: number[] = [];
    for (let token = 0; token < this.vocabularySize; token++) {
      if (native.isEndOfGeneration(vocabulary, token)) endTokens.push(token);
    }
    this.endTokens = endTokens;
  }

  encode(text: string, options: { readonly special?: boolean } = {}): number[] {
    if (text === '') return [];
    assertSplits(text, this.#longestRun);
    // Lone surrogates become U+FFFD, as everywhere in UTF-8.
    const bytes = Buffer.from(text, 'utf8');
    // No token is shorter than a byte, but spaces may be put before parts of the text.
    let tokens = new Int32Array(bytes.length + 1);
    let count = this.#tokenize(bytes, tokens, options.special === true);
    if (count < 0) {
      tokens = new Int32Array(-count);
      count = this.#tokenize(bytes, tokens, options.special === true);
    }
    if (count < 0)
      throw new EngineError(`llama.cpp could not tokenize a text of ${bytes.length} bytes (${count}).`);
    return Array.from(tokens.subarray(0, count));
  }

  decode(tokens: readonly number[]): string {
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(
      Buffer.concat(tokens.map((token) => this.tokenBytes(token))),
    );
  }

  tokenBytes(token: number): Uint8Array {
    if (!Number.isInteger(token) || token < 0 || token >= this.vocabularySize) {
      throw new TokenOutOfRangeError(
        `Token ${token}: the vocabulary has the tokens 0 to ${this.vocabularySize - 1}.`,
      );
    }
    this.#pieces[token] ??= this.#piece(token);
    return this.#pieces[token];
  }

  /** @returns how many tokens there are; negative where they have no room. */
  #tokenize(bytes: Uint8Array, tokens: Int32Array, special: boolean): number {
    return this.#native.tokenize(
      this.#vocabulary,
      bytes,
      bytes.length,
      tokens,
      tokens.length,
      false,
      special,
    );
  }

  #piece(token: number): Uint8Array {
    let buffer = new Uint8Array(64);
    let length = this.#tokenToPiece(token, buffer);
    if (length < 0) {
      buffer = new Uint8Array(-length);
      length = this.#tokenToPiece(token, buffer);
    }
    return buffer.slice(0, Math.max(0, length));
  }

  #tokenToPiece(token: number, buffer: Uint8Array): number {
    return this.#native.tokenToPiece(this.#vocabulary, token, buffer, buffer.length, 0, false);
  }
}
