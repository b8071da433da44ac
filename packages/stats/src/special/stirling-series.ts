export const halfLogTwoPi = 0.9189385332046728;

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

/** What Stirling's formula lacks, for x of at least `stirlingThreshold`: Abramowitz & Stegun 6.1.41. */
export function stirlingSeries(x: number): number {
  const inverseSquare = 1 / (x * x);
  let sum = 0;
  for (let index = coefficients.length - 1; index >= 0; index--) {
    sum = sum * inverseSquare + (coefficients[index] as number);
  }
  return sum / x;
}

/** stirlingSeries(x + step) - stirlingSeries(x) for step >= 0, term by term: exact also where x + step rounds to x. */
export function stirlingSeriesIncrement(x: number, step: number): number {
  const logRatio = Math.log1p(step / x);
  let sum = 0;
  for (let index = coefficients.length - 1; index >= 0; index--) {
    const power = 2 * index + 1;
    sum += ((coefficients[index] as number) / x ** power) * Math.expm1(-power * logRatio);
  }
  return sum;
}

/** log Γ(x) by Stirling's formula, for x of at least `stirlingThreshold`. */
export function logGammaStirling(x: number): number {
  return (x - 0.5) * (Math.log(x) - 1) + stirlingSeries(x) + (halfLogTwoPi - 0.5);
}
