import { requireFinite } from '../errors/require.js';
import { StatisticsError } from '../errors/statistics-error.js';

/** The differences that are not 0, checked. O(n). */
export function nonzeroDifferences(differences: ArrayLike<number>): Float64Array {
  if (differences.length === 0) {
    throw new StatisticsError('differences is empty; give at least one.', {
      reason: 'empty',
      argument: 'differences',
    });
  }
  return Float64Array.from(differences, (difference, index) => {
    requireFinite(difference, `differences[${index}]`);
    return difference;
  }).filter((difference) => difference !== 0);
}
