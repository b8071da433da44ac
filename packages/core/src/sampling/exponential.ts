/**
 * exp(x) for x <= 0, faster than Math.exp; relative error at most 4 epsilon.
 *
 * exp(x) = 2^(k/256) e^r with k = round(256 x / ln 2) and |r| <= ln 2 / 512: a table of 256 powers, a table of
 * powers of two, and a polynomial of degree 4, whose remainder is below r^5 / 120 = 4e-17.
 *
 * softmax-kernel.wat does the same operations in the same order, so that both give the same bits.
 */
const steps = 256;
const stepsPerUnit = steps / Math.LN2;
// ln 2 / 256 in two parts; the first ends in 21 zero bits, so that k times it is exact.
const stepHigh = 0.02166084938653512 / 8;
const stepLow = 5.9631716539705866e-12 / 8;
/** Added and taken off again, it rounds a number below 2^51 to a whole one. */
const rounder = 1.5 * 2 ** 52;
const fractionalPowers = Float64Array.from({ length: steps }, (_, index) => 2 ** (index / steps));
/** Below this, exp is less than the smallest normal number times 2^-20 of any softmax's sum: taken as 0. */
const smallest = -708;
const leastPower = -1022;
const wholePowers = Float64Array.from({ length: 1 - leastPower }, (_, index) => 2 ** (leastPower + index));

export function exponential(x: number): number {
  if (x < smallest) return 0;
  const rounded = x * stepsPerUnit + rounder - rounder;
  const r = x - rounded * stepHigh - rounded * stepLow;
  const polynomial = 1 + r * (1 + r * (1 / 2 + r * (1 / 6 + r * (1 / 24))));
  const k = rounded | 0;
  return (fractionalPowers[k & 255] as number) * (wholePowers[(k >> 8) - leastPower] as number) * polynomial;
}

/**
 * The table of 2^(i/256), for the kernel. A function because V8 knows a constant's address only where the
 * module does not export it: exported, it made `exponential` slower by a half.
 */
export function fractionalPowerTable(): Float64Array {
  return fractionalPowers;
}
