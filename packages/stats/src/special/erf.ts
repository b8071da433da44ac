import { requireNumber } from '../errors/require.js';
import { erfSeries, erfSeriesEnd } from './erf-series.js';
import { erfc } from './erfc.js';

/**
 * Error function, 2/√π times the integral of exp(-t²) from 0 to x. Relative error below 2e-15. Constant time.
 *
 * Source: Abramowitz & Stegun 7.1.5 (Maclaurin series) for |x| < 0.7, else 1 - erfc(x), which is then below
 * a third.
 *
 * @param x any number but NaN.
 * @throws StatisticsError where x is NaN.
 */
export function erf(x: number): number {
  requireNumber(x, 'x');
  if (Math.abs(x) < erfSeriesEnd) return erfSeries(x);
  return x > 0 ? 1 - erfc(x) : erfc(-x) - 1;
}
