/**
 * Estimates the chance that the token at each position of a draft is accepted, given that those before
 * it were. Tokens after the first rejection are censored, not failures: they say nothing.
 *
 * Beta counts with exponential forgetting; a position with few observations leans on the mean over all
 * positions, and that on the prior.
 */
export class AcceptanceEstimate {
  readonly #forgetting: number;
  readonly #prior: { readonly mean: number; readonly weight: number };
  readonly #accepted: number[] = [];
  readonly #reached: number[] = [];

  /**
   * @param options.priorMean acceptance to start from, 0 to 1.
   * @param options.priorWeight observations that the prior is worth, > 0.
   * @param options.memory rounds after which an observation counts 1/e, > 1.
   */
  constructor(options: { priorMean: number; priorWeight: number; memory: number }) {
    this.#prior = { mean: options.priorMean, weight: options.priorWeight };
    this.#forgetting = Math.exp(-1 / options.memory);
  }

  /** One round: `drafted` tokens in the draft, the first `accepted` of them kept. */
  observe(drafted: number, accepted: number): void {
    const reached = Math.min(drafted, accepted + 1);
    for (let position = 0; position < this.#reached.length; position++) {
      this.#accepted[position] = (this.#accepted[position] as number) * this.#forgetting;
      this.#reached[position] = (this.#reached[position] as number) * this.#forgetting;
    }
    for (let position = 0; position < reached; position++) {
      this.#reached[position] = (this.#reached[position] ?? 0) + 1;
      this.#accepted[position] = (this.#accepted[position] ?? 0) + (position < accepted ? 1 : 0);
    }
  }

  /** Acceptance at `position`, 0 to 1, given that the positions before were accepted. */
  at(position: number): number {
    const { mean, weight } = this.#prior;
    const overall = (sum(this.#accepted) + weight * mean) / (sum(this.#reached) + weight);
    const accepted = this.#accepted[position] ?? 0;
    const reached = this.#reached[position] ?? 0;
    return (accepted + weight * overall) / (reached + weight);
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
