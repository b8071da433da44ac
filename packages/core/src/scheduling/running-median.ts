/** Samples that are kept. */
const window = 9;

/** Median of the last 9 samples: a disturbance, or a clock that jumps, must last to be believed. */
export class RunningMedian {
  readonly #samples: number[] = [];
  #next = 0;
  #median: number | undefined;

  add(sample: number): void {
    this.#samples[this.#next] = sample;
    this.#next = (this.#next + 1) % window;
    const sorted = this.#samples.toSorted((left, right) => left - right);
    // Of an even number the lower one: disturbances only ever add time.
    this.#median = sorted[(sorted.length - 1) >> 1];
  }

  get count(): number {
    return this.#samples.length;
  }

  /** Undefined before the first sample. */
  get value(): number | undefined {
    return this.#median;
  }
}
