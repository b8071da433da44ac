import { requireProbability, requireShape } from '../errors/require.js';
import { betaTails } from './beta-tails.js';

/**
 * Regularised incomplete beta function, I_x(a, b): the probability that a beta variable with shapes a and b is
 * at most x.
 *
 * Relative error below 1e-12 for shapes 1e-3 to 1e6, 1e-10 at the ends of their range, also where the result is
 * 1e-300. Time grows like the square root of the larger shape near the mean.
 *
 * Source: Didonato & Morris, Algorithm 708, TOMS 18 (1992), equation 9 (continued fraction); DLMF 8.17.7
 * (series); Loader 2000 (factor).
 *
 * @param a 1e-100 to 1e13.
 * @param b 1e-100 to 1e13.
 * @param x 0 to 1.
 * @throws StatisticsError where an argument is outside its range.
 */
export function regularisedBetaLower(a: number, b: number, x: number): number {
  requireShape(a, 'a');
  requireShape(b, 'b');
  requireProbability(x, 'x');
  return betaTails(a, b, x, 1 - x).lower;
}
