import { requireInteger, requireOpenProbability } from '../errors/require.js';
import { StatisticsError } from '../errors/statistics-error.js';
import { type RandomSource } from '../random/random-source.js';
import { logRatios, type PairedTimes } from './paired-times.js';
import type { RatioInterval } from './ratio-interval.js';
import { resampleRatio } from './resample-ratio.js';

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
  return {
    ...resampleRatio(times.baseline, times.candidate, { random, confidence, resamples, method }),
    confidence,
  };
}
