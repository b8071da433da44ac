import { createTotalVariationSequence, gTest, type TotalVariationSequence } from '@foretoken/stats';
import type { LawPoint, LawResult, WorstCell } from './law-result.js';

export interface LawWatchOptions {
  /** What is watched: `the first 2 tokens`. */
  readonly name: string;
  /** How many tokens the law is about, from the first one: a failure names the last of them. */
  readonly position: number;
  /** Target probability of each cell of the declared partition, summing to 1. */
  readonly probabilities: ArrayLike<number>;
  readonly describe: (cell: number) => string;
  /** Draws that the fixed-n test waits for. */
  readonly planned: number;
  /** Of the interval of the total variation distance, at every number of draws. */
  readonly confidence: number;
}

const firstPoint = 50;
const pointRatio = 1.25;
/** G's tail has the right exponent (Sanov), so that p-values of 1e-9 keep their order of magnitude. */
const minimumExpected = 10;

/**
 * Watches draws over one declared partition: counts, anytime-valid evidence against the target's law, a confidence
 * sequence of the total variation distance, and a G test once the planned number of draws is there.
 */
export class LawWatch {
  readonly #options: LawWatchOptions;
  readonly #sequence: TotalVariationSequence;
  readonly #counts: Int32Array;
  readonly #points: LawPoint[] = [];
  #count = 0;
  #impossible = 0;
  #nextPoint = firstPoint;

  constructor(options: LawWatchOptions) {
    this.#options = options;
    this.#counts = new Int32Array(options.probabilities.length);
    this.#sequence = createTotalVariationSequence(options.probabilities, { confidence: options.confidence });
  }

  observe(cell: number): void {
    this.#counts[cell] = (this.#counts[cell] as number) + 1;
    this.#count += 1;
    this.#sequence.observe(cell);
    if (this.#count >= this.#nextPoint) {
      this.#nextPoint = Math.ceil(this.#nextPoint * pointRatio);
      this.#addPoint();
    }
  }

  /** Counts an outcome that the target gives probability 0 and that has no cell: it disproves the law. */
  observeImpossible(): void {
    this.#impossible += 1;
  }

  result(): LawResult {
    const { name, position, planned, confidence, probabilities } = this.#options;
    const complete = this.#count >= Math.max(1, planned);
    if (this.#count > 0 && this.#points.at(-1)?.count !== this.#count) this.#addPoint();
    const { evidence } = this.#sequence;
    const sequentialP = this.#impossible > 0 ? 0 : evidence.pValue;
    const fixedP =
      complete && this.#impossible === 0
        ? gTest(this.#counts, probabilities, { minimumExpected }).pValue
        : undefined;
    return {
      name,
      position,
      count: this.#count + this.#impossible,
      planned,
      impossible: this.#impossible,
      logEvidence: this.#impossible > 0 ? Number.POSITIVE_INFINITY : evidence.largestLogEvidence,
      sequentialP,
      fixedP,
      // Two tests of one hypothesis: Bonferroni.
      pValue: Math.min(1, 2 * Math.min(sequentialP, fixedP ?? 1)),
      confidence,
      interval: this.#points.at(-1),
      worst: this.#worst(),
      counts: [...this.#counts],
      probabilities: Array.from(probabilities),
      points: this.#points,
    };
  }

  #addPoint(): void {
    const { estimate, lower, upper, count } = this.#sequence.interval();
    const { logEvidence } = this.#sequence.evidence;
    this.#points.push({ count, estimate, lower, upper, logEvidence });
  }

  /** The cell with the largest standardised residual. */
  #worst(): WorstCell | undefined {
    let worst: WorstCell | undefined;
    for (const [cell, observed] of this.#counts.entries()) {
      const probability = this.#options.probabilities[cell] as number;
      const expected = this.#count * probability;
      const spread = Math.sqrt(expected * (1 - probability));
      if (this.#count === 0 || (observed === 0 && spread === 0)) continue;
      const residual = spread > 0 ? (observed - expected) / spread : Number.POSITIVE_INFINITY;
      if (worst !== undefined && Math.abs(residual) <= Math.abs(worst.residual)) continue;
      worst = { cell: this.#options.describe(cell), observed, expected, residual };
    }
    return worst;
  }
}
