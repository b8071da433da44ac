import type { DraftedToken } from '../contract/draft-context.js';
import { probabilityOf } from '../sampling/draw.js';

/** The probability that the drafter's model gave a token; in greedy decoding at temperature 1. */
export function confidenceOf({ token, probability, modelLaw }: DraftedToken): number {
  return modelLaw === undefined ? probability : probabilityOf(modelLaw(), token);
}

/** The probabilities that a drafter gave the tokens of the present draft, as its stop callback sees them. */
export class DraftConfidences {
  #values: number[] = [];
  #isChain = true;

  /** A new draft begins. */
  begin(): void {
    this.#values = [];
    this.#isChain = true;
  }

  add(drafted: DraftedToken): void {
    if (drafted.depth !== this.#values.length) this.#isChain = false;
    this.#values.push(confidenceOf(drafted));
  }

  /** By position; empty for a tree, in which a position has several. */
  get values(): readonly number[] {
    return this.#isChain ? this.#values : [];
  }
}
