import { chiSquareCdf } from '../distributions/chi-square-cdf.js';
import { poissonProbability } from '../distributions/poisson-probability.js';
import { requireNonNegative, requirePositive } from '../errors/require.js';
import { largestTerm } from './largest-term.js';
import { sumOutwards } from './sum-outwards.js';

/**
 * Distribution function of the noncentral chi-square law, P(X <= x), computed directly. Accuracy, time and source as
 * noncentralChiSquareSurvival.
 *
 * @param x at least 0; Infinity gives 1.
 * @param degreesOfFreedom nu, above 0; need not be an integer.
 * @param noncentrality at least 0, finite.
 * @throws StatisticsError where an argument is outside its range.
 */
export function noncentralChiSquareCdf(x: number, degreesOfFreedom: number, noncentrality: number): number {
  requireNonNegative(x, 'x');
  requirePositive(degreesOfFreedom, 'degreesOfFreedom');
  if (noncentrality === 0) return chiSquareCdf(x, degreesOfFreedom);
  requirePositive(noncentrality, 'noncentrality');
  if (x === Infinity) return 1;
  const mean = noncentrality / 2;
  const start = Math.min(Math.floor(mean), largestTerm(x, degreesOfFreedom, noncentrality));
  return Math.min(
    1,
    sumOutwards((j) => poissonProbability(j, mean) * chiSquareCdf(x, degreesOfFreedom + 2 * j), start),
  );
}
