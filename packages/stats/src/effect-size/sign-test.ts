import { regularisedBetaLower } from '../special/regularised-beta-lower.js';
import type { Alternative } from './alternative.js';
import { nonzeroDifferences } from './nonzero-differences.js';

export interface SignTest {
  /** Differences above 0. */
  readonly positive: number;
  /** Differences below 0. */
  readonly negative: number;
  /** Chance of a count at least as extreme where both signs are equally likely. */
  readonly pValue: number;
}

/**
 * Sign test that differences are as often positive as negative: weaker than Wilcoxon's test, but it assumes
 * nothing about the size or symmetry of the differences. Zeros are left out; the two-sided p-value is twice
 * the smaller tail of Binomial(n, 1/2), exact. O(n).
 * Source: Conover 1999, Practical Nonparametric Statistics, section 3.4.
 *
 * @param differences finite numbers, any unit, at least one; `logRatios` gives them for paired times.
 * @throws StatisticsError for no differences or one that is not finite.
 */
export function signTest(differences: ArrayLike<number>, alternative: Alternative = 'two-sided'): SignTest {
  const nonzero = nonzeroDifferences(differences);
  const positive = nonzero.filter((difference) => difference > 0).length;
  const negative = nonzero.length - positive;
  // P(X <= k) = I(n - k, k + 1; 1/2), and P(X >= k) = P(X <= n - k).
  const less = atMost(positive, nonzero.length);
  const greater = atMost(negative, nonzero.length);
  const pValue =
    alternative === 'two-sided'
      ? Math.min(1, 2 * Math.min(less, greater))
      : alternative === 'less'
        ? less
        : greater;
  return { positive, negative, pValue };
}

function atMost(successes: number, trials: number): number {
  return successes === trials ? 1 : regularisedBetaLower(trials - successes, successes + 1, 0.5);
}
