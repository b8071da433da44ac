import { requireNonNegative } from '../errors/require.js';
import { StatisticsError } from '../errors/statistics-error.js';

/** A partition of cells into groups that expect enough observations each. */
export interface PooledCells {
  /** Original cells of each group; groups, and cells in a group, by falling expectation, ties by index. */
  readonly groups: readonly (readonly number[])[];
  /** Cells that expect exactly nothing, which belong to no group; ascending. */
  readonly impossible: readonly number[];
  /** Expectation in groups of more than one cell, as a share of all, 0 to 1. */
  readonly pooledShare: number;
}

/**
 * Merges cells until each group expects at least `minimumExpected` observations. It reads the expectations
 * only: a partition that depended on what was observed would bias every test that uses it.
 *
 * Cells are taken by rising expectation and gathered: a group is full once it expects enough, and the next
 * begins. So a cell that expects enough stays alone, but for the smallest of those, which takes in what the
 * cells below it left over. Where all cells together expect too little, one group is left. O(n log n).
 *
 * Source: the rule that expectations be at least 5 is Cochran's (Biometrics 10, 1954, section 2); the order is
 * ours.
 *
 * @param expected expected observations of each cell, at least 0, in any unit.
 * @param minimumExpected in the same unit, at least 0; 0 pools nothing.
 * @throws StatisticsError where an expectation is negative, NaN or infinite, where none is above 0, or for such a
 *   minimum.
 */
export function poolCells(expected: ArrayLike<number>, minimumExpected: number): PooledCells {
  requireNonNegative(minimumExpected, 'minimumExpected');
  const impossible: number[] = [];
  const order: number[] = [];
  let total = 0;
  for (let cell = 0; cell < expected.length; cell++) {
    const value = requireExpectation(expected, cell);
    total += value;
    (value === 0 ? impossible : order).push(cell);
  }
  if (order.length === 0) {
    throw new StatisticsError('expected has no cell above 0; give at least one that can occur.', {
      reason: 'empty',
      argument: 'expected',
    });
  }
  const of = (cell: number): number => expected[cell] as number;
  order.sort((left, right) => of(left) - of(right) || right - left);

  const groups: number[][] = [];
  let group: number[] = [];
  let gathered = 0;
  for (const cell of order) {
    group.push(cell);
    gathered += of(cell);
    if (gathered >= minimumExpected) {
      groups.push(group);
      group = [];
      gathered = 0;
    }
  }
  if (group.length > 0) {
    const last = groups.at(-1);
    if (last === undefined) groups.push(group);
    else last.push(...group);
  }
  let pooled = 0;
  for (const members of groups) {
    if (members.length > 1) pooled += members.reduce((sum, cell) => sum + of(cell), 0);
    members.reverse();
  }
  return { groups: groups.toReversed(), impossible, pooledShare: pooled / total };
}

function requireExpectation(expected: ArrayLike<number>, cell: number): number {
  const value = expected[cell] as number;
  if (!(value >= 0 && value < Infinity)) {
    throw new StatisticsError(
      `expected[${cell}] is ${String(value)}; it must be a finite number of at least 0.`,
      {
        reason: 'out-of-range',
        argument: 'expected',
        value,
        index: cell,
      },
    );
  }
  return value;
}
