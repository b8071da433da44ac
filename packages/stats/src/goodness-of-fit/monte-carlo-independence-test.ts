import { requireInteger, requireOneOf } from '../errors/require.js';
import { shuffle } from '../random/shuffle.js';
import { contingencyTable } from './contingency-table.js';
import type { Divergence } from './divergence.js';
import { type Independence, independenceStatistic } from './independence.js';
import type { MonteCarloOptions } from './monte-carlo-goodness-of-fit-test.js';
import { type MonteCarloPValue, monteCarloPValue } from './monte-carlo-p-value.js';

export interface MonteCarloIndependence extends Independence, MonteCarloPValue {}

/**
 * Exact test of independence, or of homogeneity of two or more samples, by simulation: compares the statistic
 * with that of random tables with the same totals, made by shuffling the observations' columns over their rows.
 * The p-value is exactly uniform under independence, given the totals, at every n and number of draws.
 *
 * Source: Barnard, J. Royal Statistical Society B 25 (1963), 294; ties: Dufour (2006), proposition 2.4. Time
 * O(draws · (n + cells)).
 *
 * @param table counts, [rows][columns]: equally long rows; two samples are two rows.
 * @param options.statistic `chi-square` (default) or `g`.
 * @param options.minimumExpected pools rows and columns as in independenceTest. @defaultValue 0: nothing is
 *   pooled.
 * @throws StatisticsError for an empty or ragged table, bad counts or options, or no observation.
 */
export function monteCarloIndependenceTest(
  table: readonly ArrayLike<number>[],
  options: MonteCarloOptions & { readonly statistic?: Divergence | undefined },
): MonteCarloIndependence {
  const { statistic = 'chi-square', minimumExpected = 0, draws = 9_999, random } = options;
  requireOneOf(statistic, 'statistic', ['chi-square', 'g']);
  requireInteger(draws, 'draws', 1);
  const pooled = contingencyTable(table, minimumExpected, true);
  const observed = independenceStatistic(statistic, pooled.counts, pooled);
  const columnOf = new Int32Array(pooled.count);
  const ends = Array.from(pooled.columnTotals);
  let filled = 0;
  for (const [column, total] of ends.entries()) {
    columnOf.fill(column, filled, filled + total);
    filled += total;
  }
  const counts = pooled.counts.map((cells) => new Float64Array(cells.length));
  const simulate = (): number => {
    shuffle(columnOf, random);
    let next = 0;
    for (const [row, cells] of counts.entries()) {
      cells.fill(0);
      for (const end = next + (pooled.rowTotals[row] as number); next < end; next++) {
        const column = columnOf[next] as number;
        cells[column] = (cells[column] as number) + 1;
      }
    }
    return independenceStatistic(statistic, counts, pooled);
  };
  return {
    statistic: observed,
    ...monteCarloPValue(observed, draws, random, simulate),
    count: pooled.count,
    rows: pooled.rowGroups,
    columns: pooled.columnGroups,
  };
}
