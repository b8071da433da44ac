import { logGammaOnePlus } from './log-gamma-one-plus.js';

const halfLogTwoPi = 0.9189385332046728;

// B(2k) / (2k (2k - 1)), k = 1, 2, ...
const coefficients = [
  1 / 12,
  -1 / 360,
  1 / 1260,
  -1 / 1680,
  1 / 1188,
  -691 / 360360,
  1 / 156,
  -3617 / 122400,
  43867 / 244188,
] as const;

/** Above this, nine terms of Stirling's series are exact to the last bit. */
export const stirlingThreshold = 10;

/**
 * What Stirling's formula lacks: log Γ(x) = (x - 1/2) log x - x + log(2π)/2 + stirlingError(x), x > 0
 * (Abramowitz & Stegun 6.1.41; Loader, Fast and accurate computation of binomial probabilities, 2000,
 * calls it δ). Absolute error about 1e-16 |log x|.
 */
export function stirlingError(x: number): number {
  if (x < stirlingThreshold) {
    // log Γ(x) = log Γ(1 + x) - log x
    return logGammaOnePlus(x) - (x + 0.5) * Math.log(x) + x - halfLogTwoPi;
  }
  const inverseSquare = 1 / (x * x);
  let sum = 0;
  for (let index = coefficients.length - 1; index >= 0; index--) {
    sum = sum * inverseSquare + (coefficients[index] as number);
  }
  return sum / x;
}

/** log Γ(x) by Stirling's formula, for x of at least `stirlingThreshold`. */
export function logGammaStirling(x: number): number {
  return (x - 0.5) * (Math.log(x) - 1) + stirlingError(x) + (halfLogTwoPi - 0.5);
}
