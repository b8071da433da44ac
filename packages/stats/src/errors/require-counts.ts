import { StatisticsError } from './statistics-error.js';

/** Counts of all cells: integers of at least 0, not all 0. O(n). Returns their sum. */
export function requireCounts(counts: ArrayLike<number>, argument: string): number {
  let total = 0;
  for (let index = 0; index < counts.length; index++) {
    const count = counts[index] as number;
    requireCount(count, argument, index);
    total += count;
  }
  requireSomething(total, argument);
  return total;
}

/** Counts by key: integers of at least 0, not all 0. O(n). Returns their sum. */
export function requireCountsByKey(counts: ReadonlyMap<string, number>, argument: string): number {
  let total = 0;
  for (const [key, count] of counts) {
    requireCount(count, argument, key);
    total += count;
  }
  requireSomething(total, argument);
  return total;
}

/** Two lists of the same cells. */
export function requireSameLength(
  first: ArrayLike<unknown>,
  firstArgument: string,
  second: ArrayLike<unknown>,
  secondArgument: string,
): void {
  if (first.length !== second.length) {
    throw new StatisticsError(
      `${firstArgument} has ${first.length} cells and ${secondArgument} ${second.length}; both must list the ` +
        'same cells in the same order.',
      { reason: 'mismatch', argument: firstArgument, value: first.length },
    );
  }
}

function requireCount(count: number, argument: string, index: number | string): void {
  if (!(Number.isSafeInteger(count) && count >= 0)) {
    throw new StatisticsError(
      `${argument}[${JSON.stringify(index)}] is ${String(count)}; it must be a count, an integer of at least 0.`,
      { reason: 'invalid-count', argument, value: count, index },
    );
  }
}

function requireSomething(total: number, argument: string): void {
  if (total === 0) {
    throw new StatisticsError(`${argument} holds no observation; observe at least one.`, {
      reason: 'empty',
      argument,
      value: 0,
    });
  }
  if (!Number.isSafeInteger(total)) {
    throw new StatisticsError(
      `${argument} sums to ${total}; it must stay below 2^53, where doubles count exactly.`,
      { reason: 'too-large', argument, value: total },
    );
  }
}
