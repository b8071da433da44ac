import { normalUpperQuantile } from '../distributions/normal-upper-quantile.js';
import { requireOpenProbability } from '../errors/require.js';
import { exactPairLimit } from './exact-pair-limit.js';
import { logRatios, type PairedTimes } from './paired-times.js';
import type { RatioInterval } from './ratio-interval.js';
import { signedRankLaw } from './signed-rank-law.js';
import { walshAverage } from './walsh-average.js';

/**
 * Speedup from paired times by Hodges and Lehmann, with the interval that inverts Wilcoxon's signed-rank test:
 * robust against outliers (a run that the machine disturbed) and exact at any number of pairs.
 *
 * The estimate is exp of the median of all averages (d(i) + d(j)) / 2, i <= j, of the log ratios d. With
 * M = n (n + 1) / 2 averages in ascending order A and k the largest number with P(W <= k) <= (1 - confidence) / 2
 * under random signs, the interval is exp of [A(k + 1), A(M - k)]; up to 1,000 pairs W has its exact law,
 * beyond that the normal one with mean M / 2 and variance n (n + 1)(2 n + 1) / 24. It covers the
 * centre of the log ratios' law where that law is symmetric. Fewer than 6 pairs cannot bound anything at
 * 95 %: the interval is then 0 to Infinity. O(n^3) exact, O(n log n) beyond.
 * Source: Hodges & Lehmann 1963, Annals of Mathematical Statistics 34, 598-611; Hollander & Wolfe 1999,
 * section 3.3.
 *
 * @param options.confidence of the interval, @defaultValue 0.95.
 * @throws StatisticsError for bad times (see PairedTimes) or a confidence outside (0, 1).
 */
export function hodgesLehmannRatio(
  times: PairedTimes,
  options: { readonly confidence?: number } = {},
): RatioInterval {
  const { confidence = 0.95 } = options;
  requireOpenProbability(confidence, 'confidence');
  const sorted = logRatios(times).toSorted();
  const pairs = sorted.length;
  const averages = (pairs * (pairs + 1)) / 2;
  const middle = walshAverage(sorted, Math.ceil(averages / 2));
  const otherMiddle = walshAverage(sorted, Math.floor(averages / 2) + 1);
  const below = criticalSum(pairs, (1 - confidence) / 2);
  return {
    estimate: Math.exp((middle + otherMiddle) / 2),
    lower: below < 0 ? 0 : Math.exp(walshAverage(sorted, below + 1)),
    upper: below < 0 ? Infinity : Math.exp(walshAverage(sorted, averages - below)),
    confidence,
  };
}

/** The largest k with P(W <= k) <= tail, -1 where there is none. */
function criticalSum(pairs: number, tail: number): number {
  if (pairs > exactPairLimit) {
    const mean = (pairs * (pairs + 1)) / 4;
    const deviation = Math.sqrt((pairs * (pairs + 1) * (2 * pairs + 1)) / 24);
    return Math.floor(mean - normalUpperQuantile(tail) * deviation - 0.5);
  }
  const law = signedRankLaw(Int32Array.from({ length: pairs }, (_, index) => index + 1));
  // It ends: the law sums to 1, and a tail is less than half.
  let sum = 0;
  for (let cumulative = law[0] as number; cumulative <= tail; cumulative += law[sum] as number) sum++;
  return sum - 1;
}
