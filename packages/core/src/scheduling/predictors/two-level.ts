import type { AcceptancePredictor } from './acceptance-predictor.js';
import { confidenceBin, confidenceBins } from './confidence-bin.js';
import { OutcomeHistory } from './outcome-history.js';

const historyLength = 4;
/** Observations after which a counter follows at a fixed pace. */
const memory = 24;
/** Observations that the prior is worth. */
const priorWeight = 4;

/**
 * Two levels (Yeh and Patt 1991, "Two-level adaptive training branch prediction", the global scheme): the outcomes of
 * the last 4 verified tokens, of whatever draft, and the bin of the drafter's confidence choose a counter in a table of
 * patterns. A counter here is a probability that moves towards each outcome, by 1/n at first, later by a fixed share, as
 * in context mixing (Mahoney 2005), since a chance is asked for and not a direction.
 */
export function createTwoLevelPredictor(
  options: { readonly priorAcceptance?: number } = {},
): AcceptancePredictor {
  const { priorAcceptance = 0.6 } = options;
  const patterns = 2 ** historyLength * confidenceBins;
  const chances = new Float64Array(patterns).fill(priorAcceptance);
  const counts = new Float64Array(patterns).fill(priorWeight);
  const history = new OutcomeHistory(historyLength);
  const learn = (pattern: number, accepted: boolean): void => {
    const count = Math.min((counts[pattern] as number) + 1, memory);
    const chance = chances[pattern] as number;
    counts[pattern] = count;
    chances[pattern] = chance + ((accepted ? 1 : 0) - chance) / count;
  };
  const patternOf = (bits: number, confidence: number | undefined): number =>
    bits * confidenceBins + confidenceBin(confidence);
  return {
    name: 'two-level',
    predict: (position, confidence) =>
      inside(chances[patternOf(history.before(position), confidence)] as number),
    update(chain) {
      history.follow(chain, (token) => {
        learn(patternOf(token.history, undefined), token.accepted);
        if (token.confidence !== undefined) learn(patternOf(token.history, token.confidence), token.accepted);
      });
    },
  };
}

/** No chance is certain. */
function inside(chance: number): number {
  return Math.max(0.01, Math.min(0.99, chance));
}
