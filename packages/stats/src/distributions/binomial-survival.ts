import { requireInteger, requireProbability, requireTrials } from '../errors/require.js';
import { betaTails } from '../special/beta-tails.js';

/**
 * Probability of more than `successes` successes in `trials` independent trials, computed directly.
 *
 * Relative error below 1e-12 for up to 1e6 trials, also where the result is 1e-300. Time grows like the square
 * root of the trials near the mean.
 *
 * Source: I_π(k + 1, n - k) (Abramowitz & Stegun 26.5.24); see regularisedBetaLower.
 *
 * @param successes k, an integer; below 0 the result is 1, from n on it is 0.
 * @param trials n, an integer, 0 to 1e13.
 * @param probability π, 0 to 1.
 * @throws StatisticsError where an argument is outside its range.
 */
export function binomialSurvival(successes: number, trials: number, probability: number): number {
  requireInteger(successes, 'successes', -Infinity);
  requireTrials(trials, 'trials', 0);
  requireProbability(probability, 'probability');
  if (successes < 0) return 1;
  if (successes >= trials) return 0;
  return betaTails(successes + 1, trials - successes, probability, 1 - probability).lower;
}
