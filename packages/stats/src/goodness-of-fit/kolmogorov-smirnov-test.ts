import { kolmogorovSmirnovSurvival } from '../distributions/kolmogorov-smirnov-survival.js';
import { requireNumber } from '../errors/require.js';
import { StatisticsError } from '../errors/statistics-error.js';

export interface KolmogorovSmirnov {
  /** Largest distance between the empirical distribution function and the law's, 0 to 1. */
  readonly statistic: number;
  /** Chance of a distance at least as large under the law, 0 to 1. */
  readonly pValue: number;
  /** Observations. */
  readonly count: number;
  /** The observation at which the distance is largest. */
  readonly at: number;
}

/**
 * Two-sided one-sample Kolmogorov-Smirnov test: do independent draws follow a known continuous law? Exact at
 * every n up to 10,000, see kolmogorovSmirnovSurvival.
 *
 * Where the law is not continuous (ties are a sign of it) the p-value errs on the safe side and loses power:
 * use discreteKolmogorovSmirnovTest, or turn the draws into uniform numbers first (randomisedPit).
 *
 * Source: D = max over i of max(i/n - F(x_i), F(x_i) - (i - 1)/n) for sorted x (Kolmogorov 1933). O(n log n),
 * and the law's time.
 *
 * @param values the draws, at least one, none NaN.
 * @param cdf the law's distribution function. Default: uniform on [0, 1], for p-values and randomised
 *   transforms.
 * @throws StatisticsError where there is no value, a value is NaN, or the distribution function leaves [0, 1]
 *   or falls.
 */
export function kolmogorovSmirnovTest(
  values: ArrayLike<number>,
  cdf: (value: number) => number = (value) => Math.min(1, Math.max(0, value)),
): KolmogorovSmirnov {
  const sorted = Float64Array.from(values);
  const count = sorted.length;
  if (count === 0) {
    throw new StatisticsError('values is empty; give at least one observation.', {
      reason: 'empty',
      argument: 'values',
    });
  }
  for (let index = 0; index < count; index++) requireNumber(sorted[index] as number, `values[${index}]`);
  sorted.sort();
  let statistic = 0;
  let at = sorted[0] as number;
  let before = 0;
  for (const [index, value] of sorted.entries()) {
    const below = cdf(value);
    if (!(below >= before && below <= 1)) {
      throw new StatisticsError(
        `cdf(${value}) is ${below} after ${before} at the value before; it must rise from 0 to 1.`,
        { reason: 'invalid-probability', argument: 'cdf', value: below, index },
      );
    }
    before = below;
    const distance = Math.max((index + 1) / count - below, below - index / count);
    if (distance > statistic) {
      statistic = distance;
      at = value;
    }
  }
  return { statistic, pValue: kolmogorovSmirnovSurvival(statistic, count), count, at };
}
