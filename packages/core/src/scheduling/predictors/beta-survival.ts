import { InvalidArgumentError } from '../../errors/invalid-argument-error.js';
import { type AcceptancePredictor, verifiedCount } from './acceptance-predictor.js';
import { confidenceBin, confidenceBins } from './confidence-bin.js';

/**
 * Observations of a cell after which an earlier one of it counts 1/e: of a position, which follows the text, and of a
 * bin of confidence, which says how far the drafter may be believed.
 */
const memory = { text: 16, drafter: 64 };
/** Observations that a cell's prior is worth before it has any; it is forgotten with them. */
const priorWeight = 4;
/** The last stands for all later positions. */
const positions = 8;
/** Texts after which an earlier one counts 1/e, and how many the given prior is worth. */
const textMemory = 8;
const textWeight = 1;
/** How far the present text moves what a confidence means: part of that is in the confidence already. */
const textShare = 0.5;

/**
 * A survival model: the chance to go on at every position is a Beta posterior, and so is that at every position and bin
 * of the drafter's confidence, with exponential forgetting; the tokens after a rejection are censored (the hazards of
 * Kaplan and Meier 1958, with a conjugate prior).
 *
 * A cell with few observations leans on its bin over all positions, that on its position, and a position on the mean over
 * all where that is above its prior. A lower mean does not count: it comes from first positions, and where a copied text
 * goes on at all, it goes on for long. Positions start anew with every text, from what earlier texts had on average, since
 * texts differ. What a confidence means stays, and is moved by half of what the text's log-odds differ from the usual.
 *
 * @throws InvalidArgumentError for a prior that is no list of probabilities.
 */
export function createBetaSurvival(
  options: {
    /** By position, at least one, each 0 to 1; the last goes on. Default [0.6]. */
    readonly priorAcceptance?: readonly number[] | undefined;
    /** True where a token of a confidence is taken to be right that often, before any was seen; else as often as usual. */
    readonly beginsWithConfidence?: boolean | undefined;
  } = {},
): AcceptancePredictor {
  const { priorAcceptance = [0.6], beginsWithConfidence = false } = options;
  if (priorAcceptance.length === 0 || !priorAcceptance.every((value) => value >= 0 && value <= 1)) {
    throw new InvalidArgumentError(
      `priorAcceptance must hold numbers from 0 to 1, at least one, not [${priorAcceptance.join(', ')}].`,
    );
  }
  const earlier = new EarlierTexts(
    (at) => priorAcceptance[Math.min(at, priorAcceptance.length - 1)] as number,
  );
  let ofText = new BetaCells(1, memory.text);
  let ofTextByPosition = new BetaCells(positions, memory.text);
  const byPosition = new BetaCells(positions, memory.drafter);
  const byBin = new BetaCells(confidenceBins, memory.drafter);
  const byBoth = new BetaCells(positions * confidenceBins, memory.drafter);
  const atPosition = (at: number): number => {
    const prior = earlier.at(at);
    return inside(ofTextByPosition.mean(at, Math.max(prior, ofText.mean(0, prior))));
  };
  return {
    name: 'beta survival',
    beginText() {
      earlier.end();
      ofText = new BetaCells(1, memory.text);
      ofTextByPosition = new BetaCells(positions, memory.text);
    },
    predict(position, confidence) {
      const at = Math.min(position, positions - 1);
      const now = atPosition(at);
      if (confidence === undefined) return now;
      const usual = inside(byPosition.mean(at, earlier.at(at)));
      const bin = confidenceBin(confidence);
      const ofConfidence = inside(
        byBoth.mean(at * confidenceBins + bin, byBin.mean(bin, beginsWithConfidence ? confidence : usual)),
      );
      const logOdds = logOddsOf(ofConfidence) + textShare * (logOddsOf(now) - logOddsOf(usual));
      return inside(1 / (1 + Math.exp(-logOdds)));
    },
    update(chain) {
      const count = verifiedCount(chain);
      for (let position = 0; position < count; position++) {
        const at = Math.min(position, positions - 1);
        const outcome = position < chain.acceptedCount ? 1 : 0;
        ofText.observe(0, outcome);
        ofTextByPosition.observe(at, outcome);
        byPosition.observe(at, outcome);
        earlier.observe(at, outcome);
        const confidence = chain.confidences[position];
        if (confidence === undefined) continue;
        const bin = confidenceBin(confidence);
        byBin.observe(bin, outcome);
        byBoth.observe(at * confidenceBins + bin, outcome);
      }
    },
  };
}

/** Acceptance by position of earlier texts; at first, as if a text had been as given. */
class EarlierTexts {
  readonly #sums = new Float64Array(positions);
  readonly #weights = new Float64Array(positions);
  readonly #accepted = new Float64Array(positions);
  readonly #observed = new Float64Array(positions);

  constructor(given: (position: number) => number) {
    for (let position = 0; position < positions; position++)
      this.#sums[position] = textWeight * given(position);
    this.#weights.fill(textWeight);
  }

  observe(position: number, outcome: 0 | 1): void {
    this.#accepted[position] = (this.#accepted[position] as number) + outcome;
    this.#observed[position] = (this.#observed[position] as number) + 1;
  }

  /** The text has ended. One in which little was drafted counts less. */
  end(): void {
    const forgetting = Math.exp(-1 / textMemory);
    for (let position = 0; position < positions; position++) {
      const observed = this.#observed[position] as number;
      if (observed === 0) continue;
      const weight = observed / (observed + priorWeight);
      const share = (this.#accepted[position] as number) / observed;
      this.#sums[position] = (this.#sums[position] as number) * forgetting + weight * share;
      this.#weights[position] = (this.#weights[position] as number) * forgetting + weight;
    }
    this.#accepted.fill(0);
    this.#observed.fill(0);
  }

  at(position: number): number {
    return (this.#sums[position] as number) / (this.#weights[position] as number);
  }
}

/** Discounted Beta posteriors. */
class BetaCells {
  readonly #forgetting: number;
  readonly #accepted: Float64Array;
  readonly #observed: Float64Array;
  /** What is left of each cell's prior. */
  readonly #priorWeight: Float64Array;

  /** @param lasting observations of a cell after which an earlier one of it counts 1/e. */
  constructor(count: number, lasting: number) {
    this.#forgetting = Math.exp(-1 / lasting);
    this.#accepted = new Float64Array(count);
    this.#observed = new Float64Array(count);
    this.#priorWeight = new Float64Array(count).fill(priorWeight);
  }

  /** @param outcome 1 for an accepted token, 0 for a rejected one. */
  observe(cell: number, outcome: 0 | 1): void {
    this.#accepted[cell] = (this.#accepted[cell] as number) * this.#forgetting + outcome;
    this.#observed[cell] = (this.#observed[cell] as number) * this.#forgetting + 1;
    this.#priorWeight[cell] = (this.#priorWeight[cell] as number) * this.#forgetting;
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

function logOddsOf(chance: number): number {
  return Math.log(chance / (1 - chance));
}
