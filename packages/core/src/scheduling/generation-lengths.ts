/** Generations that are remembered. */
const memory = 16;

interface EndedGeneration {
  readonly length: number;
  /** True where it ended since it was to commit no more: what it would have had to say is not known. */
  readonly wasCut: boolean;
}

/** How many tokens a generation has still to come, as far as the lengths of earlier ones tell. */
export class GenerationLengths {
  readonly #ended: EndedGeneration[] = [];
  #committed = 0;
  /** Most tokens that the present one may commit. */
  #maximumTokens = Number.POSITIVE_INFINITY;

  begin(maximumTokens: number): void {
    // One that was given up before it began says nothing.
    if (this.#committed > 0) {
      this.#ended.push({ length: this.#committed, wasCut: this.#committed >= this.#maximumTokens });
      if (this.#ended.length > memory) this.#ended.shift();
    }
    this.#committed = 0;
    this.#maximumTokens = maximumTokens;
  }

  commit(count: number): void {
    this.#committed += count;
  }

  /**
   * Expected tokens still to come, no more than `horizon` counted: the mean over earlier generations that were longer than
   * the present one is already, and over one more that takes all it may.
   */
  left(horizon: number): number {
    const most = Math.min(horizon, this.#maximumTokens - this.#committed);
    let [sum, count] = [most, 1];
    for (const { length, wasCut } of this.#ended) {
      if (length <= this.#committed) continue;
      sum += wasCut ? most : Math.min(most, length - this.#committed);
      count += 1;
    }
    return sum / count;
  }
}
