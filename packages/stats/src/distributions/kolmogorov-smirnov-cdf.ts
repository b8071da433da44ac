import { requireInteger, requireNumber } from '../errors/require.js';
import { kolmogorovSmirnovTails } from './kolmogorov-smirnov-tails.js';

/**
 * P(D_n < d): the chance that the two-sided one-sample Kolmogorov-Smirnov statistic stays below d. D_n is the
 * largest distance between the empirical distribution function of n draws and the continuous one they come
 * from.
 *
 * Relative error below 1e-11 for n up to 10,000 (1e-12 up to 1,000), and at every n where n d² >= 5 or d >=
 * 1/2; in between, for larger n, absolute error below 1e-9. Time O(n² d) for n up to 10,000 (half a second at
 * most), and at most 20,000 terms elsewhere. Where n d² >= 5 the chance that the distances above and below both
 * reach d is left out: less than 1e-13 of the result.
 *
 * Source: Durbin's crossing problem (Marsaglia, Tsang & Wang, J. Statistical Software 8, 2003), solved by
 * carrying a Poisson process between the boundaries; Smirnov's sum for the far tail and the expansion of Pelz &
 * Good (1976) for large n, put together as in Simard & L'Ecuyer, J. Statistical Software 39 (2011).
 *
 * @param statistic d, any number but NaN; its range is 1/(2n) to 1.
 * @param sampleSize n, an integer of at least 1.
 * @throws StatisticsError where an argument is outside its range.
 */
export function kolmogorovSmirnovCdf(statistic: number, sampleSize: number): number {
  requireNumber(statistic, 'statistic');
  requireInteger(sampleSize, 'sampleSize', 1);
  return kolmogorovSmirnovTails(statistic, sampleSize).lower;
}
