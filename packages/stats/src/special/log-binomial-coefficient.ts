import { requireInteger } from '../errors/require.js';
import { StatisticsError } from '../errors/statistics-error.js';
import { logGammaIncrement } from './log-gamma-increment.js';
import { logGammaOnePlus } from './log-gamma-one-plus.js';

/**
 * Natural logarithm of the binomial coefficient n! / (k! (n - k)!).
 *
 * Source: Abramowitz & Stegun 6.1.21, with k the smaller of k and n - k, and the quotient n! / (n - k)! as one
 * increment of log Γ. Constant time.
 *
 * @param n an integer of at least 0.
 * @param k an integer, 0 to n.
 * @throws StatisticsError where n or k is not such an integer.
 */
export function logBinomialCoefficient(n: number, k: number): number {
  requireInteger(n, 'n', 0);
  requireInteger(k, 'k', 0);
  if (k > n) {
    throw new StatisticsError(`k is ${k} and n is ${n}; k must be at most n.`, {
      reason: 'out-of-range',
      argument: 'k',
      value: k,
    });
  }
  const smaller = Math.min(k, n - k);
  return logGammaIncrement(n - smaller + 1, smaller) - logGammaOnePlus(smaller);
}
