import { requireProbability } from '../errors/require.js';
import { StatisticsError } from '../errors/statistics-error.js';

/** Indices of the p-values in ascending order, ties in input order. O(n log n). */
export function sortPValues(pValues: ArrayLike<number>): number[] {
  if (pValues.length === 0) {
    throw new StatisticsError('pValues is empty; give the p-value of at least one test.', {
      reason: 'empty',
      argument: 'pValues',
    });
  }
  const indices: number[] = [];
  for (let index = 0; index < pValues.length; index++) {
    requireProbability(pValues[index] as number, `pValues[${index}]`);
    indices.push(index);
  }
  return indices.toSorted((left, right) => (pValues[left] as number) - (pValues[right] as number));
}
