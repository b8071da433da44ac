import { normalCdf } from '../distributions/normal-cdf.js';
import { normalQuantile } from '../distributions/normal-quantile.js';
import { requireInteger, requireOpenProbability } from '../errors/require.js';
import { StatisticsError } from '../errors/statistics-error.js';
import { drawIndex, type RandomSource } from '../random/random-source.js';
import { logRatios, type PairedTimes } from './paired-times.js';
import type { RatioInterval } from './ratio-interval.js';

/**
 * Speedup from paired times as the ratio of total times, with a bootstrap interval over pairs. This is the ratio
 * a user's whole workload sees; `hodgesLehmannRatio` is the typical pair's.
 *
 * Pairs are resampled with replacement, the ratio sum(baseline) / sum(candidate) is taken of each resample, and
 * the interval is read off their quantiles: `percentile` at (1 -+ confidence) / 2, `bca` at levels corrected for
 * bias (the share of resamples below the estimate) and skewness (from leaving one pair out at a time).
 * Coverage is approximate, and too low below about 20 pairs. O(resamples x n).
 * Source: Efron 1987, Journal of the American Statistical Association 82, 171-185; Efron & Tibshirani 1993,
 * equations 14.9, 14.10, 14.14, 14.15.
 *
 * @param options.random uniform numbers in [0, 1).
 * @param options.confidence of the interval, @defaultValue 0.95.
 * @param options.resamples @defaultValue 10000, at least 100.
 * @param options.method @defaultValue 'bca'.
 * @throws StatisticsError for bad times (see PairedTimes), fewer than 2 pairs, or options out of range.
 */
export function bootstrapRatio(
  times: PairedTimes,
  options: {
    readonly random: RandomSource;
    readonly confidence?: number;
    readonly resamples?: number;
    readonly method?: 'bca' | 'percentile';
  },
): RatioInterval {
  const { random, confidence = 0.95, resamples = 10_000, method = 'bca' } = options;
  requireOpenProbability(confidence, 'confidence');
  requireInteger(resamples, 'resamples', 100);
  const pairs = logRatios(times).length;
  if (pairs < 2) {
    throw new StatisticsError('There is one pair of times; resampling needs at least two.', {
      reason: 'out-of-range',
      argument: 'baseline',
      value: pairs,
    });
  }
  const estimate = sumOf(times.baseline) / sumOf(times.candidate);
  const ratios = new Float64Array(resamples);
  for (let resample = 0; resample < resamples; resample++) {
    let baseline = 0;
    let candidate = 0;
    for (let draw = 0; draw < pairs; draw++) {
      const pair = drawIndex(random, pairs);
      baseline += times.baseline[pair] as number;
      candidate += times.candidate[pair] as number;
    }
    ratios[resample] = baseline / candidate;
  }
  ratios.sort();
  const tail = (1 - confidence) / 2;
  const correct = method === 'bca' ? createCorrection(times, estimate, ratios) : (level: number) => level;
  return {
    estimate,
    lower: quantile(ratios, correct(tail)),
    upper: quantile(ratios, correct(1 - tail)),
    confidence,
  };
}

/** The corrected level of a quantile: Efron & Tibshirani 1993, equation 14.10. */
function createCorrection(
  times: PairedTimes,
  estimate: number,
  sortedRatios: Float64Array,
): (level: number) => number {
  const bias = normalQuantile(shareBelow(sortedRatios, estimate));
  const acceleration = accelerationOf(times);
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

/** Skewness of the estimate when one pair is left out: Efron & Tibshirani 1993, equation 14.15. */
function accelerationOf({ baseline, candidate }: PairedTimes): number {
  const baselineSum = sumOf(baseline);
  const candidateSum = sumOf(candidate);
  const leftOut = Float64Array.from(
    { length: baseline.length },
    (_, pair) => (baselineSum - (baseline[pair] as number)) / (candidateSum - (candidate[pair] as number)),
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
