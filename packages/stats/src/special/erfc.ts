import { requireNumber } from '../errors/require.js';
import { erfSeries, erfSeriesEnd } from './erf-series.js';
import { expOfMinusSquare, scaledErfc } from './scaled-erfc.js';

/**
 * Complementary error function, 2/√π times the integral of exp(-t²) from x to infinity. Relative error below 2e-15
 * down to 1e-300 (x = 26.2). Constant time.
 *
 * Source: Shepherd & Laframboise, Chebyshev approximation of (1 + 2x) exp(x²) erfc x, Mathematics of
 * Computation 36 (1981); 1 - erf(x) for |x| < 0.7; erfc(-x) = 2 - erfc(x).
 *
 * @param x any number but NaN.
 * @throws StatisticsError where x is NaN.
 */
export function erfc(x: number): number {
  requireNumber(x, 'x');
  if (Math.abs(x) < erfSeriesEnd) return 1 - erfSeries(x);
  if (x < 0) return 2 - erfc(-x);
  return x > 28 ? 0 : scaledErfc(x) * expOfMinusSquare(x, 1);
}
