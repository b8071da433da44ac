import { requireInteger, requireProbability, requireTrials } from '../errors/require.js';
import { betaTails } from '../special/beta-tails.js';

/**
 * Probability of at most `successes` successes in `trials` independent trials.
 *
 * Relative error below 1e-12 for up to 1e6 trials, also where the result is 1e-300. Time grows like the square
 * root of the trials near the mean.
 *
 * Source: 1 - I_π(k + 1, n - k) (Abramowitz & Stegun 26.5.24); see regularisedBetaUpper.
 *
 * @param successes k, an integer; below 0 the result is 0, from n on it is 1.
 * @param trials n, an integer, 0 to 1e13.
 * @param probability π, 0 to 1.
 * @throws StatisticsError where an argument is outside its range.
 */
export function binomialCdf(successes: number, trials: number, probability: number): number {
  requireInteger(successes, 'successes', -Infinity);
  requireTrials(trials, 'trials', 0);
  requireProbability(probability, 'probability');
  if (successes < 0) return 0;
  if (successes >= trials) return 1;
  return betaTails(successes + 1, trials - successes, probability, 1 - probability).upper;
}
