/** A quantile of the last samples: a disturbance, or a clock that jumps, must last to be believed. */
export class RunningQuantile {
  readonly #share: number;
  readonly #samples: Float64Array;
  #count = 0;
  #next = 0;
  /** Undefined where a sample has come since it was looked up. */
  #quantile: number | undefined;

  /**
   * @param share of the samples that lie below, 0 to below 1; between two samples the lower one is taken.
   * @param window samples that are kept, at least 1.
   */
  constructor(share: number, window = 9) {
    this.#share = share;
    this.#samples = new Float64Array(window);
  }

  add(sample: number): void {
    this.#samples[this.#next] = sample;
    this.#next = (this.#next + 1) % this.#samples.length;
    if (this.#count < this.#samples.length) this.#count += 1;
    this.#quantile = undefined;
  }

  get count(): number {
    return this.#count;
  }

  /** Undefined before the first sample. */
  get value(): number | undefined {
    if (this.#count === 0) return undefined;
    this.#quantile ??= this.#samples.subarray(0, this.#count).toSorted()[
      Math.floor((this.#count - 1) * this.#share)
    ];
    return this.#quantile;
  }
}
