/** A quantile of the last samples: a disturbance, or a clock that jumps, must last to be believed. */
export class RunningQuantile {
  readonly #share: number;
  readonly #window: number;
  readonly #samples: number[] = [];
  #next = 0;
  /** Undefined where a sample has come since it was looked up. */
  #quantile: number | undefined;

  /**
   * @param share of the samples that lie below, 0 to below 1; between two samples the lower one is taken.
   * @param window samples that are kept, at least 1.
   */
  constructor(share: number, window = 9) {
    this.#share = share;
    this.#window = window;
  }

  add(sample: number): void {
    this.#samples[this.#next] = sample;
    this.#next = (this.#next + 1) % this.#window;
    this.#quantile = undefined;
  }

  get count(): number {
    return this.#samples.length;
  }

  /** Undefined before the first sample. */
  get value(): number | undefined {
    if (this.#quantile === undefined) {
      const sorted = Float64Array.from(this.#samples).toSorted();
      this.#quantile = sorted[Math.floor((sorted.length - 1) * this.#share)];
    }
    return this.#quantile;
  }
}
