import { requireCounts, requireSameLength } from '../errors/require-counts.js';
import { usualMinimumExpected } from './asymptotic-test.js';
import type { PoolingOptions } from './goodness-of-fit.js';
import { type AsymptoticIndependence, asymptoticIndependence } from './independence.js';

/**
 * Chi-square test of homogeneity: do two samples of counts come from one law, whatever it is?
 *
 * Statistic: sum over samples and cells of (observed - expected)² / expected, where a cell expects
 * its share of both samples together, compared with the chi-square law with cells - 1 degrees of freedom, its limit
 * for many draws. Cells are pooled by their total over both samples alone, until each expects `minimumExpected` in
 * the smaller sample. Exact p-values: monteCarloIndependenceTest([first, second]).
 *
 * Source: Pearson (1900); Fisher, J. Royal Statistical Society 85 (1922), for the degrees of freedom. O(n log n).
 *
 * @param first how often each outcome was drawn in one sample.
 * @param second the same for the other sample, over the same outcomes.
 * @param options.minimumExpected @defaultValue 5.
 * @returns rows 0 and 1 are the samples; columns are the cells that were compared.
 * @throws StatisticsError for lists of different lengths, bad counts, or an empty sample.
 */
export function chiSquareHomogeneityTest(
  first: ArrayLike<number>,
  second: ArrayLike<number>,
  options: PoolingOptions = {},
): AsymptoticIndependence {
  const { minimumExpected = usualMinimumExpected } = options;
  requireSameLength(first, 'first', second, 'second');
  requireCounts(first, 'first');
  requireCounts(second, 'second');
  return asymptoticIndependence('chi-square', [first, second], minimumExpected, false);
}
