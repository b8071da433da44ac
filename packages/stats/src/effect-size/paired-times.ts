import { StatisticsError } from '../errors/statistics-error.js';

/**
 * Times of two programs on the same work, run in turns (baseline, candidate, baseline, ...), so that pair
 * number i of both lists met the same machine state. Any unit of time, the same in both.
 */
export interface PairedTimes {
  /** Time of the program compared against, above 0, one per pair. */
  readonly baseline: ArrayLike<number>;
  /** Time of the program in question, above 0, as many as baselines. */
  readonly candidate: ArrayLike<number>;
}

/**
 * Natural logarithms of baseline / candidate, one per pair: positive where the candidate was faster. Feed
 * them to `wilcoxonSignedRankTest` or `signTest`. O(n).
 *
 * @throws StatisticsError for no pairs, lists of unequal length, or a time that is not a finite number
 *   above 0.
 */
export function logRatios({ baseline, candidate }: PairedTimes): Float64Array {
  if (baseline.length !== candidate.length) {
    throw new StatisticsError(
      `There are ${baseline.length} baseline times and ${candidate.length} candidate times; pair them.`,
      { reason: 'mismatch', argument: 'candidate', value: candidate.length },
    );
  }
  if (baseline.length === 0) {
    throw new StatisticsError('There are no times to compare; give at least one pair.', {
      reason: 'empty',
      argument: 'baseline',
    });
  }
  return Float64Array.from(
    { length: baseline.length },
    (_, pair) =>
      Math.log(timeAt(baseline, pair, 'baseline')) - Math.log(timeAt(candidate, pair, 'candidate')),
  );
}

function timeAt(times: ArrayLike<number>, pair: number, argument: string): number {
  const time = times[pair] as number;
  if (!(time > 0 && time < Infinity)) {
    throw new StatisticsError(
      `${argument}[${pair}] is ${String(time)}; a time must be a finite number above 0.`,
      { reason: 'out-of-range', argument, value: time, index: pair },
    );
  }
  return time;
}
