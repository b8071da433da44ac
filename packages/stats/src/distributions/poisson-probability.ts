import { requireInteger, requireShape } from '../errors/require.js';
import { gammaLogDensity } from '../special/gamma-tails.js';

/**
 * Probability of exactly `count` events where `mean` are expected, mean^k e^-mean / k!.
 *
 * Relative error below 1e-12, also where the result is 1e-300. Constant time.
 *
 * Source: Loader, Fast and accurate computation of binomial probabilities (2000).
 *
 * @param count k, an integer; below 0 the result is 0.
 * @param mean 1e-100 to 1e13.
 * @throws StatisticsError where an argument is outside its range.
 */
export function poissonProbability(count: number, mean: number): number {
  requireInteger(count, 'count', -Infinity);
  requireShape(mean, 'mean');
  if (count < 0) return 0;
  return count === 0 ? Math.exp(-mean) : gammaLogDensity(count, mean) / count;
}
