import { type AcceptancePredictor, verifiedCount } from './acceptance-predictor.js';
import { confidenceBin, confidenceBins } from './confidence-bin.js';

/** Observations of a cell after which an earlier one of it counts 1/e. */
const memory = 24;
/** Observations that a cell's prior is worth before it has any; it is forgotten with them. */
const priorWeight = 4;
/** The last stands for all later positions. */
const positions = 8;

/**
 * A survival model: the chance to go on at every position is a Beta posterior, and so is that at every position and bin
 * of the drafter's confidence, with exponential forgetting; the tokens after a rejection are censored (the hazards of
 * Kaplan and Meier 1958, with a conjugate prior). A cell with few observations leans on its bin over all positions, and
 * that on its position.
 */
export function createBetaSurvival(
  options: {
    /** By position, at least one, each 0 to 1; the last goes on. Default [0.6]. */
    readonly priorAcceptance?: readonly number[] | undefined;
  } = {},
): AcceptancePredictor {
  const { priorAcceptance = [0.6] } = options;
  const byPosition = new BetaCells(positions);
  const byBin = new BetaCells(confidenceBins);
  const byBoth = new BetaCells(positions * confidenceBins);
  const atPosition = (at: number): number =>
    byPosition.mean(at, priorAcceptance[Math.min(at, priorAcceptance.length - 1)] as number);
  return {
    name: 'beta survival',
    predict(position, confidence) {
      const at = Math.min(position, positions - 1);
      if (confidence === undefined) return inside(atPosition(at));
      const bin = confidenceBin(confidence);
      return inside(byBoth.mean(at * confidenceBins + bin, byBin.mean(bin, atPosition(at))));
    },
    update(chain) {
      const count = verifiedCount(chain);
      for (let position = 0; position < count; position++) {
        const at = Math.min(position, positions - 1);
        const outcome = position < chain.acceptedCount ? 1 : 0;
        byPosition.observe(at, outcome);
        const confidence = chain.confidences[position];
        if (confidence === undefined) continue;
        const bin = confidenceBin(confidence);
        byBin.observe(bin, outcome);
        byBoth.observe(at * confidenceBins + bin, outcome);
      }
    },
  };
}

const forgetting = Math.exp(-1 / memory);

/** Discounted Beta posteriors. */
class BetaCells {
  readonly #accepted: Float64Array;
  readonly #observed: Float64Array;
  /** What is left of each cell's prior. */
  readonly #priorWeight: Float64Array;

  constructor(count: number) {
    this.#accepted = new Float64Array(count);
    this.#observed = new Float64Array(count);
    this.#priorWeight = new Float64Array(count).fill(priorWeight);
  }

  /** @param outcome 1 for an accepted token, 0 for a rejected one. */
  observe(cell: number, outcome: 0 | 1): void {
    this.#accepted[cell] = (this.#accepted[cell] as number) * forgetting + outcome;
    this.#observed[cell] = (this.#observed[cell] as number) * forgetting + 1;
    this.#priorWeight[cell] = (this.#priorWeight[cell] as number) * forgetting;
  }

  mean(cell: number, prior: number): number {
    const weight = this.#priorWeight[cell] as number;
    return ((this.#accepted[cell] as number) + weight * prior) / ((this.#observed[cell] as number) + weight);
  }
}

/** No chance is certain. */
function inside(chance: number): number {
  return Math.max(0.01, Math.min(0.99, chance));
}
