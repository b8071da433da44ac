import { requireNumber } from '../errors/require.js';
import { erfSeries, erfSeriesEnd } from '../special/erf-series.js';
import { expOfMinusSquare, scaledErfc } from '../special/scaled-erfc.js';

/**
 * Upper tail of the standard normal law, P(Z > x), computed directly. Relative error below 2e-15 down to 1e-300.
 * Constant time.
 *
 * Source: erfc(x / √2) / 2 (Abramowitz & Stegun 26.2.29); see erfc.
 *
 * @param x in standard deviations; any number but NaN.
 * @throws StatisticsError where x is NaN.
 */
export function normalSurvival(x: number): number {
  requireNumber(x, 'x');
  if (Math.abs(x) < erfSeriesEnd) return 0.5 - 0.5 * erfSeries(x * Math.SQRT1_2);
  if (x < 0) return 1 - normalSurvival(-x);
  return x > 39 ? 0 : 0.5 * scaledErfc(x * Math.SQRT1_2) * expOfMinusSquare(x, 0.5);
}
