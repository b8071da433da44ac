import type { LogitsHandle } from '../contract/logits-handle.js';
import { InvalidArgumentError } from '../errors/invalid-argument-error.js';
import { TokenOutOfRangeError } from '../errors/token-out-of-range-error.js';
import { Support } from './support.js';
import { selectTopK } from './top-k.js';

/** Logits in this process's memory: what every engine that computes on the CPU hands out. */
export class RowLogits implements LogitsHandle {
  readonly vocabularySize: number;
  readonly #rows: readonly Float32Array[];

  /** @param rows float32 views, [rows][vocabularySize]. */
  constructor(rows: readonly Float32Array[], vocabularySize: number) {
    this.#rows = rows;
    this.vocabularySize = vocabularySize;
  }

  get rowCount(): number {
    return this.#rows.length;
  }

  read(row: number): Float32Array {
    const logits = this.#rows[row];
    if (logits === undefined) {
      throw new InvalidArgumentError(`There is no row ${row}: the pass was asked for ${this.#rows.length}.`);
    }
    return logits;
  }

  gather(row: number, tokens: ArrayLike<number>): Float32Array {
    const logits = this.read(row);
    return Float32Array.from(tokens, (token) => {
      if (!Number.isInteger(token) || token < 0 || token >= logits.length) {
        throw new TokenOutOfRangeError(`There is no token ${token} in a vocabulary of ${logits.length}.`);
      }
      return logits[token] as number;
    });
  }

  topK(row: number, count: number): { tokens: Int32Array; logits: Float32Array } {
    const logits = this.read(row);
    if (!Number.isInteger(count) || count < 1) {
      throw new InvalidArgumentError(`topK takes a whole number of at least 1, not ${count}.`);
    }
    const support = new Support(Math.min(count, logits.length));
    selectTopK(logits, support.tokens.length, support);
    const tokens = support.tokens
      .subarray(0, support.count)
      .toSorted((left, right) => (logits[right] as number) - (logits[left] as number) || left - right);
    return { tokens, logits: this.gather(row, tokens) };
  }

  logSumExp(row: number): number {
    const logits = this.read(row);
    let largest = Number.NEGATIVE_INFINITY;
    for (const logit of logits) if (logit > largest) largest = logit;
    let sum = 0;
    for (const logit of logits) sum += Math.exp(logit - largest);
    return largest + Math.log(sum);
  }
}
