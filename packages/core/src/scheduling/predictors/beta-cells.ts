/** Beta posteriors of shares, one a cell, whose observations are forgotten exponentially. */
export class BetaCells {
  readonly #forgetting: number;
  readonly #accepted: Float64Array;
  readonly #observed: Float64Array;
  /** What is left of each cell's prior. */
  readonly #priorWeight: Float64Array;

  /**
   * @param lasting observations of a cell after which an earlier one of it counts 1/e.
   * @param priorWeight observations that a cell's prior is worth before it has any; it is forgotten with them.
   */
  constructor(count: number, lasting: number, priorWeight: number) {
    this.#forgetting = Math.exp(-1 / lasting);
    this.#accepted = new Float64Array(count);
    this.#observed = new Float64Array(count);
    this.#priorWeight = new Float64Array(count).fill(priorWeight);
  }

  /** @param outcome 1 for an accepted token, 0 for a rejected one. */
  observe(cell: number, outcome: 0 | 1): void {
    this.#accepted[cell] = (this.#accepted[cell] as number) * this.#forgetting + outcome;
    this.#observed[cell] = (this.#observed[cell] as number) * this.#forgetting + 1;
    this.#priorWeight[cell] = (this.#priorWeight[cell] as number) * this.#forgetting;
  }

  mean(cell: number, prior: number): number {
    const weight = this.#priorWeight[cell] as number;
    return ((this.#accepted[cell] as number) + weight * prior) / ((this.#observed[cell] as number) + weight);
  }
}

/** No chance is certain. */
export function inside(chance: number): number {
  return Math.max(0.01, Math.min(0.99, chance));
}
