import { requireNonNegative, requireShape } from '../errors/require.js';
import { gammaTails } from './gamma-tails.js';

/**
 * Upper regularised incomplete gamma function, Q(a, x) = Γ(a, x) / Γ(a) = 1 - P(a, x), computed directly and
 * not by that subtraction: the probability that a gamma variable with shape a and scale 1 exceeds x.
 *
 * Relative error below 1e-12 for shapes 1e-3 to 1e6, 1e-10 at the ends of their range, also where the result is
 * 1e-300. Time grows like the square root of the shape near the mean.
 *
 * Source: DLMF 8.9.2 (continued fraction), 8.11.4 (series), 8.7.1 (small shapes); Loader 2000 (factor).
 *
 * @param shape a, 1e-100 to 1e13.
 * @param x at least 0; Infinity gives 0.
 * @throws StatisticsError where an argument is outside its range.
 */
export function regularisedGammaUpper(shape: number, x: number): number {
  requireShape(shape, 'shape');
  requireNonNegative(x, 'x');
  return x === Infinity ? 0 : gammaTails(shape, x).upper;
}
