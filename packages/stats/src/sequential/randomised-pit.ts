import { requireLaw } from '../errors/require-law.js';
import { StatisticsError } from '../errors/statistics-error.js';
import { drawUniform, type RandomSource } from '../random/random-source.js';
import { requireCell } from './require-cell.js';

/**
 * Randomised probability integral transform: one uniform number from one draw with a known law, whatever the law, so
 * that draws after different prefixes can be tested together. With outcomes in some order fixed before the draw, it is
 * the probability of all outcomes before the drawn one, plus a uniform share of its own. Independent and uniform over
 * draws exactly where every draw follows its law.
 *
 * The default order is by falling probability: a sampler that is too sharp gives small numbers, one too flat large ones.
 * An order by what a suspected bug favours, such as draft probability / target probability, finds it sooner.
 * Source: Brockwell 2007, Statistics & Probability Letters 77, 1473-1478. O(outcomes).
 *
 * @param drawn number of the outcome.
 * @param probabilities of all outcomes, summing to 1.
 * @param options.random uniform numbers in [0, 1), independent of the draws; one is used.
 * @param options.scores one per outcome, not NaN: high scores first, ties by number. @defaultValue probabilities.
 * @returns a number of at least 0 and below 1.
 * @throws StatisticsError for bad probabilities, an outcome not listed or of probability 0, or scores of another length
 *   or NaN. An outcome of probability 0 proves by itself that the law is not followed.
 */
export function randomisedPit(
  drawn: number,
  probabilities: ArrayLike<number>,
  options: { readonly random: RandomSource; readonly scores?: ArrayLike<number> },
): number {
  const { random, scores = probabilities } = options;
  requireLaw(probabilities, 'probabilities');
  requireCell(drawn, probabilities.length, 'drawn');
  requireScores(scores, probabilities.length);
  const own = probabilities[drawn] as number;
  if (own === 0) {
    throw new StatisticsError(
      `Outcome ${drawn} was drawn, whose probability is 0: the law is not followed.`,
      {
        reason: 'invalid-probability',
        argument: 'probabilities',
        value: own,
        index: drawn,
      },
    );
  }
  const score = scores[drawn] as number;
  let before = 0;
  for (let outcome = 0; outcome < probabilities.length; outcome++) {
    const other = scores[outcome] as number;
    if (other > score || (other === score && outcome < drawn)) before += probabilities[outcome] as number;
  }
  // Rounding of the sum must not reach 1.
  return Math.min(1 - Number.EPSILON, before + own * drawUniform(random));
}

function requireScores(scores: ArrayLike<number>, outcomes: number): void {
  if (scores.length !== outcomes) {
    throw new StatisticsError(
      `scores has ${scores.length} entries for ${outcomes} outcomes; give one each.`,
      {
        reason: 'mismatch',
        argument: 'scores',
        value: scores.length,
      },
    );
  }
  for (let outcome = 0; outcome < outcomes; outcome++) {
    if (Number.isNaN(scores[outcome])) {
      throw new StatisticsError(`scores[${outcome}] is NaN; outcomes cannot be ordered by it.`, {
        reason: 'out-of-range',
        argument: 'scores',
        value: scores[outcome],
        index: outcome,
      });
    }
  }
}
