import { chiSquareSurvival } from '../distributions/chi-square-survival.js';
import { type ContingencyTable, contingencyTable } from './contingency-table.js';
import { type Divergence, divergenceTerm } from './divergence.js';

/** What a test of a contingency table reports. */
export interface Independence {
  /** Distance of the table from the product of its totals. */
  readonly statistic: number;
  /** Chance of a statistic at least as large under independence, 0 to 1. */
  readonly pValue: number;
  /** Observations in the table. */
  readonly count: number;
  /** The caller's rows behind each row that was compared, by falling total; rows without observations are left out. */
  readonly rows: readonly (readonly number[])[];
  /** The caller's columns behind each column that was compared. */
  readonly columns: readonly (readonly number[])[];
}

export interface AsymptoticIndependence extends Independence {
  /** (rows - 1)(columns - 1). Where it is 0 there is nothing to compare: statistic 0, p-value 1. */
  readonly degreesOfFreedom: number;
}

/** A test of independence by the limit law of its statistic; the public functions say between what. */
export function asymptoticIndependence(
  divergence: Divergence,
  table: readonly ArrayLike<number>[],
  minimumExpected: number,
  poolRows: boolean,
): AsymptoticIndependence {
  const pooled = contingencyTable(table, minimumExpected, poolRows);
  const degreesOfFreedom = (pooled.rowGroups.length - 1) * (pooled.columnGroups.length - 1);
  const statistic = degreesOfFreedom === 0 ? 0 : independenceStatistic(divergence, pooled.counts, pooled);
  return {
    statistic,
    pValue: degreesOfFreedom === 0 ? 1 : chiSquareSurvival(statistic, degreesOfFreedom),
    degreesOfFreedom,
    count: pooled.count,
    rows: pooled.rowGroups,
    columns: pooled.columnGroups,
  };
}

/** The divergence of counts from the product of the totals; `counts` may be any table with these totals. */
export function independenceStatistic(
  divergence: Divergence,
  counts: readonly Float64Array[],
  { rowTotals, columnTotals, count }: Pick<ContingencyTable, 'rowTotals' | 'columnTotals' | 'count'>,
): number {
  let statistic = 0;
  for (const [row, cells] of counts.entries()) {
    const share = (rowTotals[row] as number) / count;
    for (let column = 0; column < cells.length; column++) {
      const expected = share * (columnTotals[column] as number);
      statistic += divergenceTerm(divergence, cells[column] as number, expected);
    }
  }
  return statistic;
}
