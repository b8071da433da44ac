/**
 * Drafting must promise this much before it is used: plain decoding is certain, costs are estimates, and repeated
 * calibrations on a shared machine differ by several percent.
 */
const requiredGain = 1.05;
const longestProbe = 4096;

/** Says by its promise whether to draft. Where it does not pay it is probed now and then, more and more rarely. */
export class ProbeSchedule {
  readonly #firstProbe: number;
  #plainRounds = 0;
  #probeAfter: number;

  /** @param firstProbe rounds without drafting before the first probe, doubled after every one that changes nothing. */
  constructor(firstProbe: number) {
    this.#firstProbe = firstProbe;
    this.#probeAfter = firstProbe;
  }

  /** @param expectedGain expected tokens per millisecond over those of plain decoding. */
  next(expectedGain: number): 'draft' | 'plain' | 'probe' {
    if (expectedGain >= requiredGain) {
      this.#probeAfter = this.#firstProbe;
      this.#plainRounds = 0;
      return 'draft';
    }
    this.#plainRounds += 1;
    if (this.#plainRounds <= this.#probeAfter) return 'plain';
    this.#plainRounds = 0;
    this.#probeAfter = Math.min(2 * this.#probeAfter, longestProbe);
    return 'probe';
  }
}
