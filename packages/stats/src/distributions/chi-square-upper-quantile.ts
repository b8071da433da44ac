import { requireProbability, requireShape } from '../errors/require.js';
import { invertGamma } from '../special/invert-gamma.js';

/**
 * The x that a chi-square variable exceeds with the given probability: its critical value. The inverse of
 * chiSquareSurvival.
 *
 * Relative error below 1e-12, times the condition of the inverse where that is larger. A handful of evaluations
 * of the function. Source: see inverseRegularisedGammaUpper.
 *
 * @param probability 0 to 1.
 * @param degreesOfFreedom 1e-100 to 1e13; need not be an integer.
 * @throws StatisticsError where an argument is outside its range.
 */
export function chiSquareUpperQuantile(probability: number, degreesOfFreedom: number): number {
  requireProbability(probability, 'probability');
  requireShape(degreesOfFreedom, 'degreesOfFreedom');
  return 2 * invertGamma(degreesOfFreedom / 2, 'upper', probability);
}
