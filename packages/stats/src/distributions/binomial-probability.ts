import { requireInteger, requireProbability, requireTrials } from '../errors/require.js';
import { betaLogitDensity } from '../special/beta-tails.js';

/**
 * Probability of exactly `successes` successes in `trials` independent trials, C(n, k) π^k (1 - π)^(n - k).
 *
 * Relative error below 1e-12, also where the result is 1e-300. Constant time.
 *
 * Source: Loader, Fast and accurate computation of binomial probabilities (2000).
 *
 * @param successes k, an integer; outside 0 to n the result is 0.
 * @param trials n, an integer, 0 to 1e13.
 * @param probability π, 0 to 1.
 * @throws StatisticsError where an argument is outside its range.
 */
export function binomialProbability(successes: number, trials: number, probability: number): number {
  requireInteger(successes, 'successes', -Infinity);
  requireTrials(trials, 'trials', 0);
  requireProbability(probability, 'probability');
  const failures = trials - successes;
  if (successes < 0 || failures < 0) return 0;
  if (probability === 0) return successes === 0 ? 1 : 0;
  if (probability === 1) return failures === 0 ? 1 : 0;
  if (successes === 0) return Math.exp(trials * Math.log1p(-probability));
  if (failures === 0) return Math.exp(trials * Math.log(probability));
  // 1 / B(k, n - k) = C(n, k) k (n - k) / n
  const density = betaLogitDensity(successes, failures, probability, 1 - probability);
  return (density / successes) * (trials / failures);
}
