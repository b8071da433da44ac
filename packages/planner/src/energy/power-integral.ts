/** Joules from samples of power, by the trapezoidal rule. */
export class PowerIntegral {
  readonly #longestGap: number;
  #joules = 0;
  #told = 0;
  #problem: string | undefined;
  #last: { readonly at: number; readonly watts: number } | undefined;

  /** @param longestGap milliseconds between samples; over a longer one the power is not known. */
  constructor(longestGap: number) {
    this.#longestGap = longestGap;
  }

  /** @param at milliseconds. */
  add(at: number, watts: number): void {
    if (this.#last !== undefined) {
      const gap = at - this.#last.at;
      const problem = this.#problemOf(gap);
      if (problem === undefined) this.#joules += ((watts + this.#last.watts) / 2) * (gap / 1000);
      else this.#problem = problem;
    }
    this.#last = { at, watts };
  }

  /** Joules until `at`, the last power going on; a problem where they are not certain, told once. */
  until(at: number): { readonly joules: number; readonly problem: string | undefined } {
    const { at: lastAt, watts } = this.#last ?? { at, watts: 0 };
    const gap = at - lastAt;
    const problem = this.#problem ?? this.#problemOf(gap);
    this.#problem = undefined;
    // The next sample may show that the power fell: what was told before is not taken back.
    if (problem === undefined) this.#told = Math.max(this.#told, this.#joules + watts * (gap / 1000));
    return { joules: this.#told, problem };
  }

  #problemOf(gap: number): string | undefined {
    if (gap < 0) return `the clock went back by ${-gap} ms`;
    return gap > this.#longestGap ? `no sample for ${gap} ms` : undefined;
  }
}
