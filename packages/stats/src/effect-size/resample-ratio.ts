import { normalCdf } from '../distributions/normal-cdf.js';
import { normalQuantile } from '../distributions/normal-quantile.js';
import { drawIndex, type RandomSource } from '../random/random-source.js';

export interface ResamplingOptions {
  readonly random: RandomSource;
  readonly confidence: number;
  readonly resamples: number;
  readonly method: 'bca' | 'percentile';
}

/**
 * Bootstrap of sum(numerators) / sum(denominators) over independent units, at least 2. O(resamples x n).
 * Source: Efron & Tibshirani 1993, equations 14.9, 14.10, 14.14, 14.15.
 */
export function resampleRatio(
  numerators: ArrayLike<number>,
  denominators: ArrayLike<number>,
  { random, confidence, resamples, method }: ResamplingOptions,
): { readonly estimate: number; readonly lower: number; readonly upper: number } {
  const units = numerators.length;
  const estimate = sumOf(numerators) / sumOf(denominators);
  const ratios = new Float64Array(resamples);
  for (let resample = 0; resample < resamples; resample++) {
    let numerator = 0;
    let denominator = 0;
    for (let draw = 0; draw < units; draw++) {
      const unit = drawIndex(random, units);
      numerator += numerators[unit] as number;
      denominator += denominators[unit] as number;
    }
    ratios[resample] = numerator / denominator;
  }
  ratios.sort();
  const tail = (1 - confidence) / 2;
  const correct =
    method === 'bca'
      ? createCorrection(numerators, denominators, estimate, ratios)
      : (level: number) => level;
  return { estimate, lower: quantile(ratios, correct(tail)), upper: quantile(ratios, correct(1 - tail)) };
}

/** The corrected level of a quantile: Efron & Tibshirani 1993, equation 14.10. */
function createCorrection(
  numerators: ArrayLike<number>,
  denominators: ArrayLike<number>,
  estimate: number,
  sortedRatios: Float64Array,
): (level: number) => number {
  const bias = normalQuantile(shareBelow(sortedRatios, estimate));
  const acceleration = accelerationOf(numerators, denominators);
  return (level) => {
    const shifted = bias + normalQuantile(level);
    const stretch = 1 - acceleration * shifted;
    // Past the pole the correction has left the resamples altogether: their extreme is the bound.
    if (stretch <= 0) return shifted > 0 ? 1 : 0;
    return normalCdf(bias + shifted / stretch);
  };
}

/** Share of resamples below the estimate, ties counted half, kept off 0 and 1. */
function shareBelow(sortedRatios: Float64Array, estimate: number): number {
  let doubled = 0;
  for (const ratio of sortedRatios) doubled += ratio < estimate ? 2 : ratio === estimate ? 1 : 0;
  const count = sortedRatios.length;
  return Math.min(count - 0.5, Math.max(0.5, doubled / 2)) / count;
}

/** Skewness of the estimate when one unit is left out: Efron & Tibshirani 1993, equation 14.15. */
function accelerationOf(numerators: ArrayLike<number>, denominators: ArrayLike<number>): number {
  const numeratorSum = sumOf(numerators);
  const denominatorSum = sumOf(denominators);
  const leftOut = Float64Array.from(
    { length: numerators.length },
    (_, pair) =>
      (numeratorSum - (numerators[pair] as number)) / (denominatorSum - (denominators[pair] as number)),
  );
  const mean = sumOf(leftOut) / leftOut.length;
  let squares = 0;
  let cubes = 0;
  for (const value of leftOut) {
    squares += (mean - value) ** 2;
    cubes += (mean - value) ** 3;
  }
  return squares === 0 ? 0 : cubes / (6 * squares ** 1.5);
}

/** Linear interpolation between order statistics at level x (count - 1). */
function quantile(sorted: Float64Array, level: number): number {
  const position = level * (sorted.length - 1);
  const index = Math.floor(position);
  const low = sorted[index] as number;
  const high = sorted[Math.min(sorted.length - 1, index + 1)] as number;
  return low + (position - index) * (high - low);
}

function sumOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += values[index] as number;
  return sum;
}
