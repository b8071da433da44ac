import { logGammaStirling, stirlingThreshold } from './stirling-series.js';

const oneMinusEuler = 0.42278433509846713;

// (ζ(k) - 1) / k, k = 2, 3, ...; from mpmath.
const coefficients = [
  0.3224670334241132, 0.0673523010531981, 0.020580808427784546, 0.007385551028673986, 0.0028905103307415234,
  0.001192753911703261, 0.0005096695247430425, 0.00022315475845357939, 9.945751278180853e-5,
  4.492623673813314e-5, 2.050721277567069e-5, 9.439488275268397e-6, 4.374866789907488e-6,
  2.039215753801366e-6, 9.55141213040742e-7, 4.492469198764566e-7, 2.1207184805554665e-7,
  1.0043224823968099e-7, 4.7698101693639804e-8, 2.2711094608943164e-8, 1.0838659214896955e-8,
  5.183475041970047e-9, 2.4836745438024785e-9, 1.1921401405860912e-9, 5.731367241678862e-10,
  2.7595228851242334e-10, 1.330476437424449e-10, 6.4229645638381e-11,
] as const;

/**
 * log Γ(1 + x) for x >= -1/2, with full relative accuracy near its zeros at 0 and 1.
 *
 * Near 2: log Γ(2 + z) = (1 - γ) z + sum over k >= 2 of (-1)^k (ζ(k) - 1) z^k / k for |z| <= 1/2 (Abramowitz &
 * Stegun 6.1.33); elsewhere by Γ(1 + x) = x Γ(x), and from 10 on by Stirling's formula.
 */
export function logGammaOnePlus(x: number): number {
  if (x >= stirlingThreshold) return logGammaStirling(x + 1);
  let factors = 1;
  let rest = x;
  while (rest > 1.5) {
    factors *= rest;
    rest -= 1;
  }
  const reduced = rest > 0.5 ? aroundTwo(rest - 1) : aroundTwo(rest) - Math.log1p(rest);
  return reduced + Math.log(factors);
}

function aroundTwo(z: number): number {
  let sum = 0;
  for (let index = coefficients.length - 1; index >= 0; index--) {
    sum = (coefficients[index] as number) - z * sum;
  }
  return z * (oneMinusEuler + z * sum);
}
