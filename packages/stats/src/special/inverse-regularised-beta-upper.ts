import { requireProbability, requireShape } from '../errors/require.js';
import { invertBeta } from './invert-beta.js';

/**
 * The x at which the upper tail of the regularised incomplete beta function equals the probability: the inverse
 * of regularisedBetaUpper. Give the smaller of the two tails: near 1 the probability itself has lost the digits
 * of its distance to 1.
 *
 * Relative error below 1e-12 for shapes 1e-3 to 1e6 (1e-10 at the ends of their range), times the condition of
 * the inverse where that is larger. A handful of evaluations of the function.
 *
 * Source: Newton's method on the logarithm of the smaller tail as a function of log(x / (1 - x)), in which it
 * is concave.
 *
 * @param a 1e-100 to 1e13.
 * @param b 1e-100 to 1e13.
 * @param probability 0 to 1.
 * @throws StatisticsError where an argument is outside its range.
 */
export function inverseRegularisedBetaUpper(a: number, b: number, probability: number): number {
  requireShape(a, 'a');
  requireShape(b, 'b');
  requireProbability(probability, 'probability');
  return invertBeta(a, b, 'upper', probability).x;
}
