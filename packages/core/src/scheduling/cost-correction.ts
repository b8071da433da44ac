import { type CostCurve, costAt } from './cost-curve.js';

/** Rounds that the calibration is worth against rounds seen. */
const calibrationWeight = 2;
/** Rounds after which an observation counts 1/e. */
const memory = 24;
/** A round that took longer than this many times what is expected was interrupted: it counts as this. */
const mostRatio = 3;

/**
 * Corrects measured round costs by what rounds take now: a calibration of a second sees one moment of a shared
 * machine, at one context length. Rounds that draft and rounds that do not are corrected apart, since it is their
 * ratio that decides.
 */
export class CostCorrection {
  readonly #curve: CostCurve;
  readonly #plain = new RatioEstimate();
  readonly #drafting = new RatioEstimate();

  constructor(curve: CostCurve) {
    this.#curve = curve;
  }

  /** One round that drafted `length` tokens. A time that no round can take, of a clock that was set back, is left out. */
  observe(length: number, milliseconds: number): void {
    if (!(milliseconds >= 0 && Number.isFinite(milliseconds))) return;
    (length === 0 ? this.#plain : this.#drafting).observe(milliseconds / costAt(this.#curve, length));
  }

  /** Milliseconds of a round that drafts `length` tokens. */
  at(length: number): number {
    return costAt(this.#curve, length) * (length === 0 ? this.#plain : this.#drafting).mean();
  }
}

/** Mean ratio of rounds to their measured costs, recent ones counting most; 1 before any is seen. */
class RatioEstimate {
  readonly #forgetting = Math.exp(-1 / memory);
  #sum = 0;
  #count = 0;

  observe(ratio: number): void {
    this.#sum = this.#sum * this.#forgetting + Math.min(ratio, mostRatio * this.mean());
    this.#count = this.#count * this.#forgetting + 1;
  }

  mean(): number {
    return (this.#sum + calibrationWeight) / (this.#count + calibrationWeight);
  }
}
