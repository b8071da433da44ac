import { requireProbability, requireShape } from '../errors/require.js';
import { invertBeta } from '../special/invert-beta.js';
import { farUpperQuantile } from './student-t-far-tail.js';

/**
 * The t that a Student variable exceeds with the given probability: the inverse of studentTSurvival. Relative
 * error below 1e-12, also around t = 0. A handful of evaluations of the function.
 *
 * Source: t² = ν y / x, where the beta law with shapes ν/2 and 1/2 has the tails of x = 1 - y (Abramowitz &
 * Stegun 26.7.1).
 *
 * @param probability 0 (gives Infinity) to 1 (gives -Infinity).
 * @param degreesOfFreedom ν, 1e-100 to 1e13; need not be an integer.
 * @throws StatisticsError where an argument is outside its range.
 */
export function studentTUpperQuantile(probability: number, degreesOfFreedom: number): number {
  requireProbability(probability, 'probability');
  requireShape(degreesOfFreedom, 'degreesOfFreedom');
  if (probability > 0.5) return -studentTUpperQuantile(1 - probability, degreesOfFreedom);
  const shape = degreesOfFreedom / 2;
  // The tail of x that is the smaller one has the digits: 2 p, or 1 - 2 p, which is exact where it is.
  const { x, y } = invertBeta(shape, 0.5, 'lower', 2 * probability);
  if (x < 1e-290) return farUpperQuantile(probability, degreesOfFreedom);
  return Math.sqrt(y / x) * Math.sqrt(degreesOfFreedom);
}
