import { studentTSurvival } from './student-t-survival.js';

/**
 * Distribution function of Student's t law, P(T <= t) = P(T > -t). Relative error below 1e-12 down to 1e-300.
 * Source and time: see studentTSurvival.
 *
 * @param t any number but NaN.
 * @param degreesOfFreedom above 0; need not be an integer.
 * @throws StatisticsError where an argument is outside its range.
 */
export function studentTCdf(t: number, degreesOfFreedom: number): number {
  return studentTSurvival(-t, degreesOfFreedom);
}
