import { requireFinite, requireInteger, requireOpenProbability, requirePositive } from '../errors/require.js';
import { StatisticsError } from '../errors/statistics-error.js';
import type { RandomSource } from '../random/random-source.js';
import { resampleRatio } from './resample-ratio.js';

/** A mean with a confidence interval, in the unit of what was averaged. */
export interface MeanInterval {
  readonly estimate: number;
  readonly lower: number;
  readonly upper: number;
  readonly confidence: number;
}

/**
 * Mean of observations that come in groups, such as the positions of several texts, with a bootstrap interval over
 * the groups: observations of one group may depend on each other, groups must not. The mean is sum(sums) /
 * sum(counts). Coverage is approximate, and too low below about 20 groups. O(resamples x groups).
 * Source: Davison & Hinkley 1997, section 3.8; BCa as Efron & Tibshirani 1993, chapter 14.
 *
 * @param groups.sums sum of the observations of every group, finite, [groups, at least 2].
 * @param groups.counts observations of every group, above 0, [groups].
 * @param options.random uniform numbers in [0, 1).
 * @param options.confidence of the interval, @defaultValue 0.95.
 * @param options.resamples @defaultValue 10000, at least 100.
 * @throws StatisticsError for fewer than 2 groups, lists of unequal length, or values out of range.
 */
export function bootstrapMean(
  groups: { readonly sums: ArrayLike<number>; readonly counts: ArrayLike<number> },
  options: { readonly random: RandomSource; readonly confidence?: number; readonly resamples?: number },
): MeanInterval {
  const { sums, counts } = groups;
  const { random, confidence = 0.95, resamples = 10_000 } = options;
  requireOpenProbability(confidence, 'confidence');
  requireInteger(resamples, 'resamples', 100);
  if (sums.length !== counts.length) {
    throw new StatisticsError(
      `There are ${sums.length} sums and ${counts.length} counts; give one of each.`,
      {
        reason: 'mismatch',
        argument: 'counts',
        value: counts.length,
      },
    );
  }
  if (sums.length < 2) {
    throw new StatisticsError('Resampling needs at least two groups.', {
      reason: 'out-of-range',
      argument: 'sums',
      value: sums.length,
    });
  }
  for (let group = 0; group < sums.length; group++) {
    requireFinite(sums[group] as number, `sums[${group}]`);
    requirePositive(counts[group] as number, `counts[${group}]`);
  }
  return { ...resampleRatio(sums, counts, { random, confidence, resamples, method: 'bca' }), confidence };
}
