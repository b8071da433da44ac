import { requireInteger, requireShape } from '../errors/require.js';
import { gammaTails } from '../special/gamma-tails.js';

/**
 * Probability of more than `count` events where `mean` are expected, computed directly.
 *
 * Relative error below 1e-12 for means up to 1e6, also where the result is 1e-300. Time grows like the square
 * root of the mean.
 *
 * Source: P(k + 1, mean) (Abramowitz & Stegun 26.4.21); see regularisedGammaLower.
 *
 * @param count k, an integer; below 0 the result is 1.
 * @param mean 1e-100 to 1e13.
 * @throws StatisticsError where an argument is outside its range.
 */
export function poissonSurvival(count: number, mean: number): number {
  requireInteger(count, 'count', -Infinity);
  requireShape(mean, 'mean');
  return count < 0 ? 1 : gammaTails(count + 1, mean).lower;
}
