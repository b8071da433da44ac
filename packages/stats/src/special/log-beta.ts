import { requirePositive } from '../errors/require.js';
import { logGamma } from './log-gamma.js';
import { logGammaIncrement } from './log-gamma-increment.js';

/**
 * Natural logarithm of the beta function, log B(a, b) = log Γ(a) + log Γ(b) - log Γ(a + b)
 * (Abramowitz & Stegun 6.2.2).
 *
 * Written as log Γ(smaller) less an increment of log Γ at the larger, so that a large argument does not
 * cost the digits of the result. Constant time.
 *
 * @param a above 0, finite.
 * @param b above 0, finite.
 * @throws StatisticsError where a or b is not a finite number above 0.
 */
export function logBeta(a: number, b: number): number {
  requirePositive(a, 'a');
  requirePositive(b, 'b');
  const smaller = Math.min(a, b);
  return logGamma(smaller) - logGammaIncrement(Math.max(a, b), smaller);
}
