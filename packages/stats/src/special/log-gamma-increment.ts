import { log1pMinus } from './log1p-minus.js';
import { stirlingSeriesIncrement, stirlingThreshold } from './stirling-series.js';

/**
 * log Γ(x + step) - log Γ(x) for x > 0 and step >= 0, with an error that is small against the result itself
 * (both logarithms may be far larger than their difference).
 *
 * The argument is first raised above Stirling's threshold by Γ(x + 1) = x Γ(x); then the difference of two
 * Stirling formulas is taken term by term.
 */
export function logGammaIncrement(x: number, step: number): number {
  let shift = 0;
  let raised = x;
  while (raised < stirlingThreshold) {
    shift += Math.log1p(step / raised);
    raised += 1;
  }
  const excess = step / raised;
  const ratio = (raised + step) / raised;
  // (r + s - 1/2) log(r + s) - (r - 1/2) log(r) - s, r = raised, s = step
  const power = (raised - 0.5) * log1pMinus(excess, ratio) - 0.5 * excess + step * Math.log(raised + step);
  return power + stirlingSeriesIncrement(raised, step) - shift;
}
