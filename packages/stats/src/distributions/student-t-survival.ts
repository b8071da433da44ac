import { requireNumber, requireShape } from '../errors/require.js';
import { betaTails } from '../special/beta-tails.js';
import { farSurvival } from './student-t-far-tail.js';

/**
 * Upper tail of Student's t law, P(T > t), computed directly. Relative error below 1e-12 down to 1e-300 for up
 * to 1e6 degrees of freedom. Time grows like the square root of the degrees of freedom at most.
 *
 * Source: I_x(ν/2, 1/2) / 2 with x = ν / (ν + t²), t > 0 (Abramowitz & Stegun 26.5.27, 26.7.1).
 *
 * @param t any number but NaN.
 * @param degreesOfFreedom ν, 1e-100 to 1e13; need not be an integer.
 * @throws StatisticsError where an argument is outside its range.
 */
export function studentTSurvival(t: number, degreesOfFreedom: number): number {
  requireNumber(t, 't');
  requireShape(degreesOfFreedom, 'degreesOfFreedom');
  if (t < 0) return 1 - studentTSurvival(-t, degreesOfFreedom);
  // By the quotient, since t² may overflow.
  const ratio = (t / degreesOfFreedom) * t;
  if (ratio > 1e290) return farSurvival(t, degreesOfFreedom);
  return 0.5 * betaTails(degreesOfFreedom / 2, 0.5, 1 / (1 + ratio), ratio / (1 + ratio)).lower;
}
