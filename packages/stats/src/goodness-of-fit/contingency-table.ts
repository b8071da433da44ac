import { requireCounts } from '../errors/require-counts.js';
import { StatisticsError } from '../errors/statistics-error.js';
import { poolCells } from './pool-cells.js';

/** A table of counts whose rows and columns have been pooled and all have a positive total. */
export interface ContingencyTable {
  /** Counts, [rows][columns]. */
  readonly counts: readonly Float64Array[];
  readonly rowTotals: Float64Array;
  readonly columnTotals: Float64Array;
  readonly count: number;
  /** The caller's rows behind each row, and columns behind each column. */
  readonly rowGroups: readonly (readonly number[])[];
  readonly columnGroups: readonly (readonly number[])[];
}

/** Number of observations in a rectangular table of counts, checked. */
function requireTable(table: readonly ArrayLike<number>[], argument: string): number {
  const columns = table[0]?.length ?? 0;
  if (columns === 0) {
    throw new StatisticsError(`${argument} has no cells; give at least one row and one column.`, {
      reason: 'empty',
      argument,
    });
  }
  for (const [row, cells] of table.entries()) {
    if (cells.length !== columns) {
      throw new StatisticsError(
        `${argument}[${row}] has ${cells.length} columns and ${argument}[0] ${columns}; all rows must have as many.`,
        { reason: 'mismatch', argument, value: cells.length, index: row },
      );
    }
  }
  const flat = table.flatMap((cells) => Array.from(cells));
  return requireCounts(flat, argument);
}

/**
 * Pools rows and columns by their totals, which are fixed under the null hypothesis of independence, until every
 * cell expects row total × column total / n >= minimumExpected.
 *
 * @param poolRows false keeps every row with observations (two samples to compare): columns are pooled until the
 *   smallest row expects enough in each. Otherwise rows and columns are pooled to totals of at least
 *   sqrt(minimumExpected · n), which is enough for both.
 */
export function contingencyTable(
  table: readonly ArrayLike<number>[],
  minimumExpected: number,
  poolRows: boolean,
): ContingencyTable {
  const count = requireTable(table, 'table');
  const allRows = table.map((cells) => sum(cells));
  const allColumns = Array.from(table[0] as ArrayLike<number>, (_, column) =>
    table.reduce((total, cells) => total + (cells[column] as number), 0),
  );
  const leastRow = Math.min(...allRows.filter((total) => total > 0));
  const rows = poolCells(allRows, poolRows ? Math.sqrt(minimumExpected * count) : 0);
  const columns = poolCells(
    allColumns,
    poolRows ? Math.sqrt(minimumExpected * count) : (minimumExpected * count) / leastRow,
  );
  const counts = rows.groups.map((rowGroup) =>
    Float64Array.from(columns.groups, (columnGroup) =>
      rowGroup.reduce(
        (total, row) => columnGroup.reduce((part, column) => part + (table[row]?.[column] as number), total),
        0,
      ),
    ),
  );
  return {
    counts,
    rowTotals: Float64Array.from(rows.groups, (group) => sum(group.map((row) => allRows[row] as number))),
    columnTotals: Float64Array.from(columns.groups, (group) =>
      sum(group.map((column) => allColumns[column] as number)),
    ),
    count,
    rowGroups: rows.groups,
    columnGroups: columns.groups,
  };
}

function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let index = 0; index < values.length; index++) total += values[index] as number;
  return total;
}
