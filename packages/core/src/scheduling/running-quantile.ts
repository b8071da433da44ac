/** A quantile of the last samples: a disturbance, or a clock that jumps, must last to be believed. */
export class RunningQuantile {
  readonly #share: number;
  /** In the order in which they came, the oldest at `#next` once the window is full. */
  readonly #samples: Float64Array;
  /** Ascending: it is looked up in every round, and sorting each time takes seven to ten times as long. */
  readonly #sorted: Float64Array;
  #count = 0;
  #next = 0;

  /**
   * @param share of the samples that lie below, 0 to below 1; between two samples the lower one is taken.
   * @param window samples that are kept, at least 1.
   */
  constructor(share: number, window = 9) {
    this.#share = share;
    this.#samples = new Float64Array(window);
    this.#sorted = new Float64Array(window);
  }

  /** @param sample any number but NaN. */
  add(sample: number): void {
    if (this.#count === this.#samples.length) this.#remove(this.#samples[this.#next] as number);
    this.#samples[this.#next] = sample;
    this.#next = (this.#next + 1) % this.#samples.length;
    let place = this.#count;
    while (place > 0 && (this.#sorted[place - 1] as number) > sample) {
      this.#sorted[place] = this.#sorted[place - 1] as number;
      place -= 1;
    }
    this.#sorted[place] = sample;
    this.#count += 1;
  }

  get count(): number {
    return this.#count;
  }

  /** Undefined before the first sample. */
  get value(): number | undefined {
    return this.#count === 0 ? undefined : this.#sorted[Math.floor((this.#count - 1) * this.#share)];
  }

  #remove(sample: number): void {
    const place = this.#sorted.indexOf(sample);
    this.#sorted.copyWithin(place, place + 1, this.#count);
    this.#count -= 1;
  }
}
