import { requireOneOf } from '../errors/require.js';
import { usualMinimumExpected } from './asymptotic-test.js';
import type { Divergence } from './divergence.js';
import type { PoolingOptions } from './goodness-of-fit.js';
import { type AsymptoticIndependence, asymptoticIndependence } from './independence.js';

export interface IndependenceOptions extends PoolingOptions {
  /** `chi-square` (default) or `g`. */
  readonly statistic?: Divergence | undefined;
}

/**
 * Test of independence in a contingency table: does the column of an observation depend on its row?
 *
 * Statistic: chi-square, or G, of the counts against row total × column total / n, compared with the chi-square law
 * with (rows - 1)(columns - 1) degrees of freedom, its limit for many observations. Rows and columns are pooled by
 * their totals alone, until each total is at least sqrt(minimumExpected · n), so that every cell
 * expects at least `minimumExpected`. Exact p-values: monteCarloIndependenceTest.
 *
 * Source: Pearson (1900), Fisher, J. Royal Statistical Society 85 (1922), for the degrees of freedom. O(cells).
 *
 * @param table counts, [rows][columns]: equally long rows.
 * @param options.minimumExpected @defaultValue 5.
 * @throws StatisticsError for an empty or ragged table, bad counts or options, or no observation.
 */
export function independenceTest(
  table: readonly ArrayLike<number>[],
  options: IndependenceOptions = {},
): AsymptoticIndependence {
  const { statistic = 'chi-square', minimumExpected = usualMinimumExpected } = options;
  requireOneOf(statistic, 'statistic', ['chi-square', 'g']);
  return asymptoticIndependence(statistic, table, minimumExpected, true);
}
