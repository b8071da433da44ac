import { requireProbability, requireShape } from '../errors/require.js';
import { invertGamma } from './invert-gamma.js';

/**
 * The x at which the upper regularised incomplete gamma function of the given shape equals the probability: the
 * inverse of regularisedGammaUpper. Give the smaller of the two tails: near 1 the probability itself has lost
 * the digits of its distance to 1.
 *
 * Relative error below 1e-12 for shapes 1e-3 to 1e6 (1e-10 at the ends of their range), times the condition of
 * the inverse where that is larger. A handful of evaluations of the function.
 *
 * Source: Newton's method on the logarithm of the smaller tail, from Wilson and Hilferty's approximation
 * (Abramowitz & Stegun 26.4.17) or the first term of the series.
 *
 * @param shape 1e-100 to 1e13.
 * @param probability 0 to 1.
 * @throws StatisticsError where an argument is outside its range.
 */
export function inverseRegularisedGammaUpper(shape: number, probability: number): number {
  requireShape(shape, 'shape');
  requireProbability(probability, 'probability');
  return invertGamma(shape, 'upper', probability);
}
