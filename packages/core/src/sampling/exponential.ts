/**
 * exp(x) for x <= 0, faster than Math.exp; relative error at most 4 epsilon.
 *
 * exp(x) = 2^(k/256) e^r with k = round(256 x / ln 2) and |r| <= ln 2 / 512: a table of 256 powers, a table of
 * powers of two, and a polynomial of degree 4, whose remainder is below r^5 / 120 = 4e-17.
 */
const steps = 256;
const stepsPerUnit = steps / Math.LN2;
// ln 2 / 256 in two parts; the first ends in 21 zero bits, so that k times it is exact.
const stepHigh = 0.02166084938653512 / 8;
const stepLow = 5.9631716539705866e-12 / 8;
const fractionalPowers = Float64Array.from({ length: steps }, (_, index) => 2 ** (index / steps));
/** Below this, exp is less than the smallest normal number times 2^-20 of any softmax's sum: taken as 0. */
const smallest = -708;
const wholePowers = Float64Array.from({ length: 1024 }, (_, index) => 2 ** -index);

export function exponential(x: number): number {
  if (x < smallest) return 0;
  const k = (x * stepsPerUnit - 0.5) | 0;
  const r = x - k * stepHigh - k * stepLow;
  const polynomial = 1 + r * (1 + r * (1 / 2 + r * (1 / 6 + r * (1 / 24))));
  return (fractionalPowers[k & 255] as number) * (wholePowers[-(k >> 8)] as number) * polynomial;
}
