import { chiSquareUpperQuantile } from '../distributions/chi-square-upper-quantile.js';
import { requireOpenProbability } from '../errors/require.js';
import { noncentralChiSquareSurvival } from './noncentral-chi-square-survival.js';

/**
 * Chance that a chi-square or G test at level alpha finds a difference: the noncentral chi-square law's mass beyond the
 * central one's critical value. An approximation for large counts, good where every cell expects 5 or more.
 *
 * Source: Cohen 1988, Statistical Power Analysis, section 7.3; Agresti 2013, section 6.6.4. Time: that of
 * noncentralChiSquareSurvival.
 *
 * @param options.degreesOfFreedom cells - 1 where the target is known, above 0.
 * @param options.noncentrality n x chi-square divergence, sum (probability - target)^2 / target; for the G test
 *   2 n x KL divergence in nats. At least 0.
 * @param options.alpha level of the test, above 0 and below 1.
 * @throws StatisticsError where an option is outside its range.
 */
export function chiSquareTestPower(options: {
  readonly degreesOfFreedom: number;
  readonly noncentrality: number;
  readonly alpha: number;
}): number {
  const { degreesOfFreedom, noncentrality, alpha } = options;
  requireOpenProbability(alpha, 'alpha');
  const critical = chiSquareUpperQuantile(alpha, degreesOfFreedom);
  return noncentralChiSquareSurvival(critical, degreesOfFreedom, noncentrality);
}
