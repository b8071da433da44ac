/**
 * Estimates the chance that the token at each position of a draft is accepted, given that those before
 * it were. Tokens after the first rejection are censored, not failures: they say nothing.
 *
 * Beta counts with exponential forgetting. A position with few observations leans on its prior, or on the mean over
 * all positions where that is higher, so that longer drafts are tried. A lower mean does not count against it: it
 * comes from first positions, and where a copied text goes on at all, it goes on for long.
 */
export class AcceptanceEstimate {
  readonly #forgetting: number;
  readonly #prior: readonly number[];
  readonly #priorWeight: number;
  readonly #accepted: number[] = [];
  readonly #reached: number[] = [];

  /**
   * @param options.prior acceptance to start from by position, at least one, each 0 to 1; the last one goes on.
   * @param options.priorWeight observations that the prior of a position is worth, > 0.
   * @param options.memory rounds after which an observation counts 1/e, > 1.
   */
  constructor(options: { prior: readonly number[]; priorWeight: number; memory: number }) {
    this.#prior = options.prior;
    this.#priorWeight = options.priorWeight;
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
    const prior = this.#prior[Math.min(position, this.#prior.length - 1)] as number;
    const weight = this.#priorWeight;
    const overall = (sum(this.#accepted) + weight * prior) / (sum(this.#reached) + weight);
    const accepted = this.#accepted[position] ?? 0;
    const reached = this.#reached[position] ?? 0;
    return (accepted + weight * Math.max(prior, overall)) / (reached + weight);
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
