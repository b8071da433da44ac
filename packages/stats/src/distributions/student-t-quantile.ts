import { studentTUpperQuantile } from './student-t-upper-quantile.js';

/**
 * The t that a Student variable stays below with the given probability: the inverse of studentTCdf. Relative
 * error below 1e-12, also around t = 0. Source: see studentTUpperQuantile.
 *
 * @param probability 0 (gives -Infinity) to 1 (gives Infinity).
 * @param degreesOfFreedom above 0; need not be an integer.
 * @throws StatisticsError where an argument is outside its range.
 */
export function studentTQuantile(probability: number, degreesOfFreedom: number): number {
  return 0 - studentTUpperQuantile(probability, degreesOfFreedom);
}
