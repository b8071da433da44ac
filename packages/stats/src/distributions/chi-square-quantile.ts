import { requireProbability, requireShape } from '../errors/require.js';
import { invertGamma } from '../special/invert-gamma.js';

/**
 * The x that a chi-square variable stays below with the given probability. The inverse of chiSquareCdf.
 *
 * Relative error below 1e-12, times the condition of the inverse where that is larger. A handful of
 * evaluations of the function. Source: see inverseRegularisedGammaLower.
 *
 * @param probability 0 to 1.
 * @param degreesOfFreedom 1e-100 to 1e13; need not be an integer.
 * @throws StatisticsError where an argument is outside its range.
 */
export function chiSquareQuantile(probability: number, degreesOfFreedom: number): number {
  requireProbability(probability, 'probability');
  requireShape(degreesOfFreedom, 'degreesOfFreedom');
  return 2 * invertGamma(degreesOfFreedom / 2, 'lower', probability);
}
