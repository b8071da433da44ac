import type { DraftedToken } from '../contract/draft-context.js';
import { probabilityOf } from '../sampling/draw.js';

/** How sure the drafter is of a token: the probability that its model gave it, in greedy decoding at temperature 1. */
export function confidenceOf({ token, probability, confidence, modelLaw }: DraftedToken): number {
  if (confidence !== undefined) return confidence;
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
