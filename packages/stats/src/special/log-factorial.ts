import { requireInteger } from '../errors/require.js';
import { logGammaOnePlus } from './log-gamma-one-plus.js';

/**
 * Natural logarithm of n!.
 *
 * Source: n! = Γ(n + 1) (Abramowitz & Stegun 6.1.6); see logGamma. Constant time.
 *
 * @param n an integer of at least 0.
 * @throws StatisticsError where n is not such an integer.
 */
export function logFactorial(n: number): number {
  requireInteger(n, 'n', 0);
  return logGammaOnePlus(n);
}
