/**
 * About which j the terms Poisson(j; noncentrality / 2) x chi-square density(x; nu + 2 j) are largest: where the ratio of
 * neighbours, (noncentrality / 2)(x / 2) / ((j + 1)(j + nu / 2)), is 1.
 */
export function largestTerm(x: number, degreesOfFreedom: number, noncentrality: number): number {
  const half = (1 + degreesOfFreedom / 2) / 2;
  const product = (noncentrality * x) / 4 - degreesOfFreedom / 2;
  return Math.max(0, Math.floor(-half + Math.sqrt(Math.max(0, half * half + product))));
}
