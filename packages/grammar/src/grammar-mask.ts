import { type AllowedTokens, InvalidArgumentError, InvalidGrammarError } from '@foretoken/core';
import type { Engine, EngineMatcher } from './engine/engine.js';
import { freeWith } from './engine/free-with.js';
import type { Vocabulary } from './vocabulary.js';

export interface GrammarMaskOptions {
  readonly engine: Engine;
  readonly matcher: EngineMatcher;
  readonly vocabulary: Vocabulary;
  readonly promptLength: number;
}

/** See `Grammar.allowedTokens`. */
export class GrammarMask implements AllowedTokens {
  readonly #engine: Engine;
  readonly #matcher: EngineMatcher;
  readonly #vocabulary: Vocabulary;
  readonly #promptLength: number;
  /** Output tokens that the matcher has read. */
  readonly #read: number[] = [];
  /** The mask that was given out last, and its bits: only what differs is written anew. */
  readonly #mask: Uint8Array;
  readonly #bits: Int32Array;

  constructor({ engine, matcher, vocabulary, promptLength }: GrammarMaskOptions) {
    if (!Number.isInteger(promptLength) || promptLength < 0) {
      throw new InvalidArgumentError(`A prompt of ${promptLength} tokens: give a whole number, at least 0.`);
    }
    this.#engine = engine;
    this.#matcher = matcher;
    this.#vocabulary = vocabulary;
    this.#promptLength = promptLength;
    this.#mask = new Uint8Array(vocabulary.size);
    this.#bits = new Int32Array(Math.ceil(vocabulary.size / 32));
    freeWith(this, matcher);
  }

  /** @returns valid until the next call. */
  mask(history: readonly number[]): Uint8Array | undefined {
    if (!this.#moveTo(history)) return undefined;
    const bits = this.#matcher.GetNextTokenBitmask(this.#vocabulary.size);
    const some = this.#update(this.#engine.vecIntToView(bits));
    bits.delete();
    if (!some) this.#throwDeadEnd();
    return this.#mask;
  }

  /**
   * The longest of the allowed tokens where all others are beginnings of it: what comes next is its text, or ends within
   * it, and tokenizers take long tokens where they can.
   */
  forcedToken(history: readonly number[]): number | undefined {
    const mask = this.mask(history);
    if (mask === undefined) return undefined;
    const { texts } = this.#vocabulary;
    let longest: number | undefined;
    for (let token = mask.indexOf(1); token >= 0; token = mask.indexOf(1, token + 1)) {
      const bytes = texts[token] as Uint8Array;
      const other = longest === undefined ? bytes : (texts[longest] as Uint8Array);
      // An end token has no bytes, and something else beside it is a choice.
      if (longest !== undefined && (bytes.length === 0 || other.length === 0)) return undefined;
      const shared = Math.min(bytes.length, other.length);
      for (let at = 0; at < shared; at++) if (bytes[at] !== other[at]) return undefined;
      if (longest === undefined || bytes.length > other.length) longest = token;
    }
    return longest;
  }

  /** Brings the matcher to the end of a history; false where that is no place in the grammar. */
  #moveTo(history: readonly number[]): boolean {
    const read = this.#read;
    const start = this.#promptLength;
    let shared = 0;
    while (shared < read.length && read[shared] === history[start + shared]) shared += 1;
    if (shared < read.length) this.#matcher.Rollback(read.length - shared);
    read.length = shared;
    for (let at = start + shared; at < history.length; at++) {
      const token = history[at] as number;
      if (!this.#vocabulary.isText(token) || !this.#matcher.AcceptToken(token, false)) return false;
      read.push(token);
    }
    return true;
  }

  /** Writes bits out as bytes; false where none is set. */
  #update(bits: Int32Array): boolean {
    let some = 0;
    for (let at = 0; at < this.#bits.length; at++) {
      const word = bits[at] as number;
      some |= word;
      if (word === this.#bits[at]) continue;
      this.#bits[at] = word;
      const end = Math.min(32 * at + 32, this.#mask.length);
      for (let token = 32 * at; token < end; token++) this.#mask[token] = (word >>> (token & 31)) & 1;
    }
    return some !== 0;
  }

  #throwDeadEnd(): never {
    if (this.#read.length === 0) {
      throw new InvalidGrammarError(
        'No token of the model begins a text of the grammar: its vocabulary lacks the first bytes of all of them.',
      );
    }
    const bytes = Buffer.concat(this.#read.map((token) => this.#vocabulary.texts[token] as Uint8Array));
    throw new InvalidGrammarError(
      `After ${JSON.stringify(bytes.toString())} no token of the model goes on with a text of the grammar: its vocabulary lacks the bytes that come next.`,
    );
  }
}
