import { requireNumber } from '../errors/require.js';
import { kolmogorovLimitCdf } from './kolmogorov-limit-cdf.js';

/**
 * Upper tail of Kolmogorov's limit law, P(K >= x), computed directly for x >= 0.8: the law of √n D_n for large n.
 * Relative error below 1e-14. Constant time.
 *
 * Source: 2 sum over k >= 1 of (-1)^(k - 1) exp(-2 k² x²) (Kolmogorov 1933; Marsaglia, Tsang & Wang 2003,
 * section 1).
 *
 * @param x any number but NaN; below 0 the result is 1.
 * @throws StatisticsError where x is NaN.
 */
export function kolmogorovLimitSurvival(x: number): number {
  requireNumber(x, 'x');
  if (x < 0.8) return 1 - kolmogorovLimitCdf(x);
  let sum = 0;
  for (let k = 1; ; k++) {
    const next = sum + (k % 2 === 1 ? 2 : -2) * Math.exp(-2 * k * k * x * x);
    if (next === sum) return sum;
    sum = next;
  }
}
