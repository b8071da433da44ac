import { chiSquareSurvival } from '../distributions/chi-square-survival.js';
import { poissonProbability } from '../distributions/poisson-probability.js';
import { requireNonNegative, requirePositive } from '../errors/require.js';
import { largestTerm } from './largest-term.js';
import { sumOutwards } from './sum-outwards.js';

/**
 * Upper tail of the noncentral chi-square law, P(X > x), computed directly: X is a sum of squares of independent
 * standard normal variables whose squared means sum to the noncentrality.
 *
 * The chi-square tails with nu + 2 j degrees of freedom, weighted by the Poisson law of mean noncentrality / 2, summed
 * from the largest term outwards. Relative error below 1e-12 for noncentralities up to 1e4, also where the result is
 * 1e-200. Time grows like the square root of the noncentrality, times that of a chi-square tail.
 * Source: Abramowitz & Stegun 26.4.25; Benton & Krishnamoorthy 2003, Computational Statistics & Data Analysis 43,
 * 249-267 (the order of summation).
 *
 * @param x at least 0; Infinity gives 0.
 * @param degreesOfFreedom nu, above 0; need not be an integer.
 * @param noncentrality at least 0, finite.
 * @throws StatisticsError where an argument is outside its range.
 */
export function noncentralChiSquareSurvival(
  x: number,
  degreesOfFreedom: number,
  noncentrality: number,
): number {
  requireNonNegative(x, 'x');
  requirePositive(degreesOfFreedom, 'degreesOfFreedom');
  if (noncentrality === 0) return chiSquareSurvival(x, degreesOfFreedom);
  requirePositive(noncentrality, 'noncentrality');
  if (x === Infinity) return 0;
  const mean = noncentrality / 2;
  const start = Math.max(Math.floor(mean), largestTerm(x, degreesOfFreedom, noncentrality));
  return Math.min(
    1,
    sumOutwards((j) => poissonProbability(j, mean) * chiSquareSurvival(x, degreesOfFreedom + 2 * j), start),
  );
}
