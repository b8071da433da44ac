import { requireProbability, requireTrials } from '../errors/require.js';
import { binomialCdf } from './binomial-cdf.js';
import { normalQuantile } from './normal-quantile.js';
import { smallestInteger } from './smallest-integer.js';

/**
 * The smallest number of successes k with P(X <= k) >= the given probability, by the computed values of
 * binomialCdf.
 *
 * Search from the normal approximation: O(log n) evaluations at most.
 *
 * @param probability 0 to 1.
 * @param trials n, an integer, 0 to 1e13.
 * @param successProbability chance of success of one trial, 0 to 1.
 * @returns an integer, 0 to n.
 * @throws StatisticsError where an argument is outside its range.
 */
export function binomialQuantile(probability: number, trials: number, successProbability: number): number {
  requireProbability(probability, 'probability');
  requireTrials(trials, 'trials', 0);
  requireProbability(successProbability, 'successProbability');
  const mean = trials * successProbability;
  const deviation = Math.sqrt(mean * (1 - successProbability));
  return smallestInteger(
    (successes) => binomialCdf(successes, trials, successProbability) >= probability,
    deviation === 0 ? mean : mean + deviation * normalQuantile(probability),
    0,
    trials,
  );
}
