import { requireInteger, requireShape } from '../errors/require.js';
import { gammaTails } from '../special/gamma-tails.js';

/**
 * Probability of at most `count` events where `mean` are expected.
 *
 * Relative error below 1e-12 for means up to 1e6, also where the result is 1e-300. Time grows like the square
 * root of the mean.
 *
 * Source: Q(k + 1, mean) (Abramowitz & Stegun 26.4.21); see regularisedGammaUpper.
 *
 * @param count k, an integer; below 0 the result is 0.
 * @param mean 1e-100 to 1e13.
 * @throws StatisticsError where an argument is outside its range.
 */
export function poissonCdf(count: number, mean: number): number {
  requireInteger(count, 'count', -Infinity);
  requireShape(mean, 'mean');
  return count < 0 ? 0 : gammaTails(count + 1, mean).upper;
}
