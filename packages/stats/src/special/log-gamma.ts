import { requirePositive } from '../errors/require.js';
import { logGammaOnePlus } from './log-gamma-one-plus.js';
import { logGammaStirling, stirlingThreshold } from './stirling-series.js';

/**
 * Natural logarithm of the gamma function, log Γ(x).
 *
 * Relative error below 1e-15 or so, also around the zeros at 1 and 2. Constant time.
 *
 * Source: Abramowitz & Stegun 6.1.33 (series around 2), 6.1.15 (recurrence), 6.1.41 (Stirling's series).
 *
 * @param x above 0, finite.
 * @throws StatisticsError where x is not a finite number above 0.
 */
export function logGamma(x: number): number {
  requirePositive(x, 'x');
  if (x >= stirlingThreshold) return logGammaStirling(x);
  return x < 0.5 ? logGammaOnePlus(x) - Math.log(x) : logGammaOnePlus(x - 1);
}
