import { requireNumber } from '../errors/require.js';
import { kolmogorovLimitTails } from './kolmogorov-limit-tails.js';

/**
 * Upper tail of Kolmogorov's limit law, P(K >= x), computed directly: the law of √n D_n for large n.
 * Relative error below 1e-13 down to 1e-300. Constant time.
 *
 * Source: Kolmogorov (1933), both series as in Marsaglia, Tsang & Wang, J. Statistical Software 8 (2003),
 * section 1.
 *
 * @param x any number but NaN; up to 0 the result is 1.
 * @throws StatisticsError where x is NaN.
 */
export function kolmogorovLimitSurvival(x: number): number {
  requireNumber(x, 'x');
  return x <= 0 ? 1 : kolmogorovLimitTails(x).upper;
}
