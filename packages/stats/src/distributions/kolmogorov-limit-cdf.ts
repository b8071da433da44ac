import { requireNumber } from '../errors/require.js';
import { kolmogorovLimitSurvival } from './kolmogorov-limit-survival.js';

/**
 * Distribution function of Kolmogorov's limit law, P(K < x): the law of √n D_n for large n. Relative error below
 * 1e-13 down to 1e-300. Constant time.
 *
 * Source: √(2π) / x times the sum over odd m of exp(-m² π² / (8 x²)) (Kolmogorov 1933; Marsaglia, Tsang & Wang
 * 2003, section 1) for x < 0.8, else 1 less the tail.
 *
 * @param x any number but NaN; up to 0 the result is 0.
 * @throws StatisticsError where x is NaN.
 */
export function kolmogorovLimitCdf(x: number): number {
  requireNumber(x, 'x');
  if (x <= 0) return 0;
  if (x >= 0.8) return 1 - kolmogorovLimitSurvival(x);
  let sum = 0;
  for (let odd = 1; ; odd += 2) {
    const next = sum + Math.exp((-odd * odd * Math.PI * Math.PI) / (8 * x * x));
    if (next === sum) return (Math.sqrt(2 * Math.PI) / x) * sum;
    sum = next;
  }
}
