import { requireInteger } from '../errors/require.js';
import { StatisticsError } from '../errors/statistics-error.js';
import { type Divergence, divergenceTerm } from './divergence.js';
import { poolCells } from './pool-cells.js';

/** A series of outcomes whose rare ones have been pooled, as cell numbers. */
export interface PooledSeries {
  readonly cells: Int32Array;
  /** The outcomes in each cell, by falling frequency. */
  readonly outcomes: readonly (readonly (number | string)[])[];
}

/** Checks a series and its lag, and pools outcomes by their frequency in the whole series. O(n log n). */
export function poolSeries(
  outcomes: ArrayLike<number | string>,
  lag: number,
  minimumExpected: number,
): PooledSeries {
  requireInteger(lag, 'lag', 1);
  const length = outcomes.length;
  if (length <= lag) {
    throw new StatisticsError(`outcomes has ${length} entries; a lag of ${lag} needs at least ${lag + 1}.`, {
      reason: 'empty',
      argument: 'outcomes',
      value: length,
    });
  }
  const frequencies = new Map<number | string, number>();
  for (let index = 0; index < length; index++) {
    const outcome = outcomes[index] as number | string;
    if (typeof outcome !== 'string' && !Number.isFinite(outcome)) {
      throw new StatisticsError(
        `outcomes[${index}] is ${String(outcome)}; give a finite number or a name for every outcome.`,
        { reason: 'out-of-range', argument: 'outcomes', value: outcome, index },
      );
    }
    frequencies.set(outcome, (frequencies.get(outcome) ?? 0) + 1);
  }
  const names = [...frequencies.keys()];
  const { groups } = poolCells([...frequencies.values()], Math.sqrt(minimumExpected * length));
  const cellOf = new Map<number | string, number>();
  for (const [cell, members] of groups.entries()) {
    for (const member of members) cellOf.set(names[member] as number | string, cell);
  }
  return {
    cells: Int32Array.from(
      { length },
      (_, index) => cellOf.get(outcomes[index] as number | string) as number,
    ),
    outcomes: groups.map((members) => members.map((member) => names[member] as number | string)),
  };
}

/** Divergence of the table of pairs `lag` steps apart from the product of its totals. O(n + size²). */
export function lagStatistic(divergence: Divergence, cells: Int32Array, size: number, lag: number): number {
  const pairs = cells.length - lag;
  const table = new Float64Array(size * size);
  const rowTotals = new Float64Array(size);
  const columnTotals = new Float64Array(size);
  for (let step = 0; step < pairs; step++) {
    const row = cells[step] as number;
    const column = cells[step + lag] as number;
    table[row * size + column] = (table[row * size + column] as number) + 1;
    rowTotals[row] = (rowTotals[row] as number) + 1;
    columnTotals[column] = (columnTotals[column] as number) + 1;
  }
  let statistic = 0;
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const expected = ((rowTotals[row] as number) / pairs) * (columnTotals[column] as number);
      // An outcome that occurs only at one end of the series.
      if (expected === 0) continue;
      statistic += divergenceTerm(divergence, table[row * size + column] as number, expected);
    }
  }
  return statistic;
}
