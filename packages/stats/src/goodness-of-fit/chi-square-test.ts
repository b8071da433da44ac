import { type AsymptoticGoodnessOfFit, asymptoticTest, usualMinimumExpected } from './asymptotic-test.js';
import type { PoolingOptions } from './goodness-of-fit.js';

/**
 * Pearson's chi-square test: do counts of independent draws follow a known law?
 *
 * Statistic: sum over cells of (observed - expected)² / expected, compared with the upper tail of the
 * chi-square law with cells - 1 degrees of freedom. That law is the limit for many draws. At finite n it fits
 * well near 0.05 with the usual pooling and worse further out: a p-value of 1e-6 is reached 3.9 times too often
 * with 20 equal cells that expect 5 each, and 69 times with one such cell beside a common one (12 times where
 * it expects 20, 2.9 where it expects 100; exact enumeration). For such thresholds raise `minimumExpected`, or
 * use multinomialTest or monteCarloGoodnessOfFitTest, which are exact at every n.
 *
 * Source: Pearson, Philosophical Magazine 50 (1900); pooling: Cochran (1954), see poolCells. O(n log n).
 *
 * @param counts how often each outcome was drawn.
 * @param probabilities of the same outcomes, summing to 1 within 1e-9.
 * @param options.minimumExpected @defaultValue 5.
 * @throws StatisticsError for lists of different lengths, bad counts or probabilities, or no draws.
 */
export function chiSquareTest(
  counts: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  options: PoolingOptions = {},
): AsymptoticGoodnessOfFit {
  const { minimumExpected = usualMinimumExpected } = options;
  return asymptoticTest('chi-square', counts, probabilities, minimumExpected);
}
