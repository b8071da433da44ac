import { requireNonNegative, requireShape } from '../errors/require.js';
import { gammaTails } from '../special/gamma-tails.js';

/**
 * Upper tail of the chi-square law, P(X > x), computed directly.
 *
 * Relative error below 1e-12 for 2e-3 to 2e6 degrees of freedom, also where the result is 1e-300. Time grows
 * like the square root of the degrees of freedom near the mean.
 *
 * Source: Q(ν/2, x/2) (Abramowitz & Stegun 26.4.19); see regularisedGammaUpper.
 *
 * @param x at least 0; Infinity gives 0.
 * @param degreesOfFreedom ν, 1e-100 to 1e13; need not be an integer.
 * @throws StatisticsError where an argument is outside its range.
 */
export function chiSquareSurvival(x: number, degreesOfFreedom: number): number {
  requireNonNegative(x, 'x');
  requireShape(degreesOfFreedom, 'degreesOfFreedom');
  return x === Infinity ? 0 : gammaTails(degreesOfFreedom / 2, x / 2).upper;
}
