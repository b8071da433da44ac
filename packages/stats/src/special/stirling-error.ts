import { logGammaOnePlus } from './log-gamma-one-plus.js';
import { halfLogTwoPi, stirlingSeries, stirlingThreshold } from './stirling-series.js';

/**
 * What Stirling's formula lacks: log Γ(x) = (x - 1/2) log x - x + log(2π)/2 + stirlingError(x), x > 0
 * (Abramowitz & Stegun 6.1.41; Loader, Fast and accurate computation of binomial probabilities, 2000,
 * calls it δ). Absolute error about 1e-16 |log x|.
 */
export function stirlingError(x: number): number {
  if (x >= stirlingThreshold) return stirlingSeries(x);
  // log Γ(x) = log Γ(1 + x) - log x
  return logGammaOnePlus(x) - (x + 0.5) * Math.log(x) + x - halfLogTwoPi;
}
