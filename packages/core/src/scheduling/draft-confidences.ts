import type { DraftedToken } from '../contract/draft-context.js';

/** The probabilities that a drafter gave the tokens of the present draft, as its stop callback sees them. */
export class DraftConfidences {
  #values: number[] = [];
  #isChain = true;

  /** A new draft begins. */
  begin(): void {
    this.#values = [];
    this.#isChain = true;
  }

  add({ depth, probability }: DraftedToken): void {
    if (depth !== this.#values.length) this.#isChain = false;
    this.#values.push(probability);
  }

  /** By position; empty for a tree, in which a position has several. */
  get values(): readonly number[] {
    return this.#isChain ? this.#values : [];
  }
}
