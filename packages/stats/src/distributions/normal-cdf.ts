import { normalSurvival } from './normal-survival.js';

/**
 * Distribution function of the standard normal law, P(Z <= x) = P(Z > -x). Relative error below 1e-14 down to
 * 1e-300. Constant time. Source: see normalSurvival.
 *
 * @param x in standard deviations; any number but NaN.
 * @throws StatisticsError where x is NaN.
 */
export function normalCdf(x: number): number {
  return normalSurvival(-x);
}
