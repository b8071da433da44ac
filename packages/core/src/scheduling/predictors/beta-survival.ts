import { InvalidArgumentError } from '../../errors/invalid-argument-error.js';
import { type AcceptancePredictor, verifiedCount } from './acceptance-predictor.js';
import { BetaCells, inside } from './beta-cells.js';
import { confidenceBin, confidenceBins } from './confidence-bin.js';
import { TextAcceptance } from './text-acceptance.js';

/**
 * Observations of a cell after which an earlier one of it counts 1/e: of a position, which follows the text, and of a
 * bin of confidence, which says how far the drafter may be believed.
 */
const memory = { text: 16, drafter: 64 };
/** Observations that a cell's prior is worth before it has any. */
const priorWeight = 4;
/** That of the present text is worth so many, and as many more as it is of texts. */
const leastTextPriorWeight = 3;
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
 * A cell with few observations leans on its bin over all positions, and that on its position. Positions start anew with every
 * text, from what earlier texts had on average, since texts differ, and within a text where it changes (`TextAcceptance`). What a
 * confidence means stays, and is moved by half of what the text's log-odds differ from the usual.
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
  const beginText = (): TextAcceptance =>
    new TextAcceptance(
      Array.from({ length: positions }, (_, at) => earlier.at(at)),
      { lasting: memory.text, priorWeight: leastTextPriorWeight + earlier.weight },
    );
  let text = beginText();
  const byPosition = new BetaCells(positions, memory.drafter, priorWeight);
  const byBin = new BetaCells(confidenceBins, memory.drafter, priorWeight);
  const byBoth = new BetaCells(positions * confidenceBins, memory.drafter, priorWeight);
  return {
    name: 'beta survival',
    beginText() {
      earlier.end();
      text = beginText();
    },
    predict(position, confidence) {
      const at = Math.min(position, positions - 1);
      const now = text.mean(at);
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
      text.observe(count, chain.acceptedCount);
      for (let position = 0; position < count; position++) {
        const at = Math.min(position, positions - 1);
        const outcome = position < chain.acceptedCount ? 1 : 0;
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

  /** Texts that the first position's mean is of, the given prior among them. */
  get weight(): number {
    return this.#weights[0] as number;
  }

  at(position: number): number {
    return (this.#sums[position] as number) / (this.#weights[position] as number);
  }
}

function logOddsOf(chance: number): number {
  return Math.log(chance / (1 - chance));
}
