import { requireInteger } from '../errors/require.js';
import { requireLaw } from '../errors/require-law.js';
import { StatisticsError } from '../errors/statistics-error.js';

/**
 * Draws from an unknown law, counted over a finite partition of the outcomes, with the probabilities that the
 * law is compared with. Both lists have one entry per cell, in the same order.
 */
export interface CountTable {
  /** How often each cell was drawn: integers of at least 0, at least one draw in all. */
  readonly counts: ArrayLike<number>;
  /** Target probability of each cell, summing to 1. */
  readonly probabilities: ArrayLike<number>;
}

/**
 * One table, or several: independent draws from several unknown laws, such as the next token after several
 * prefixes, each compared with its own target. Distances are then averages over the draws: a table with twice the
 * draws weighs twice.
 */
export type CountTables = CountTable | readonly CountTable[];

/** A checked table with its number of draws. */
export interface CheckedTable extends CountTable {
  readonly count: number;
  /** Share of all draws, the table's weight. */
  readonly weight: number;
}

/** The tables, checked, as a list. O(cells). */
export function checkTables(tables: CountTables): readonly CheckedTable[] {
  const list = isList(tables) ? tables : [tables];
  if (list.length === 0) {
    throw new StatisticsError('There are no tables; give at least one.', {
      reason: 'empty',
      argument: 'tables',
    });
  }
  const counts = list.map((table, index) => checkTable(table, isList(tables) ? `tables[${index}].` : ''));
  const total = counts.reduce((sum, count) => sum + count, 0);
  return list.map(({ counts: cells, probabilities }, index) => ({
    counts: cells,
    probabilities,
    count: counts[index] as number,
    weight: (counts[index] as number) / total,
  }));
}

function isList(tables: CountTables): tables is readonly CountTable[] {
  return Array.isArray(tables);
}

/** The number of draws in a table. */
function checkTable({ counts, probabilities }: CountTable, path: string): number {
  if (counts.length !== probabilities.length) {
    throw new StatisticsError(
      `${path}counts has ${counts.length} cells and ${path}probabilities ${probabilities.length}; ` +
        'both must list the same cells.',
      { reason: 'mismatch', argument: `${path}counts`, value: counts.length },
    );
  }
  requireLaw(probabilities, `${path}probabilities`);
  let total = 0;
  for (let cell = 0; cell < counts.length; cell++) {
    const count = counts[cell] as number;
    if (!(Number.isSafeInteger(count) && count >= 0)) {
      throw new StatisticsError(
        `${path}counts[${cell}] is ${String(count)}; it must be an integer of at least 0.`,
        { reason: 'invalid-count', argument: `${path}counts`, value: count, index: cell },
      );
    }
    total += count;
  }
  if (total === 0) {
    throw new StatisticsError(`${path}counts holds no draws; draw at least once.`, {
      reason: 'empty',
      argument: `${path}counts`,
      value: 0,
    });
  }
  requireInteger(total, `the sum of ${path}counts`, 1);
  return total;
}
