import { sortPValues } from './sort-p-values.js';

/**
 * Benjamini-Hochberg adjusted p-values: rejecting every hypothesis whose adjusted p-value is at most alpha
 * keeps the expected share of false rejections among all rejections at or below alpha, for independent
 * or positively dependent tests. It does not bound the chance of one false rejection: use Holm for that.
 *
 * With the p-values sorted, adjusted(i) = min over j >= i of min(1, m p(j) / j).
 * Source: Benjamini & Hochberg 1995, Journal of the Royal Statistical Society B 57, 289-300. O(m log m).
 *
 * @param pValues one per test, 0 to 1.
 * @returns adjusted p-values, 0 to 1, in the input's order.
 * @throws StatisticsError for an empty list, or a p-value outside 0 to 1 or NaN.
 */
export function adjustBenjaminiHochberg(pValues: ArrayLike<number>): Float64Array {
  const order = sortPValues(pValues);
  const adjusted = new Float64Array(order.length);
  let smallest = 1;
  for (let rank = order.length; rank >= 1; rank--) {
    const index = order[rank - 1] as number;
    smallest = Math.min(smallest, (order.length * (pValues[index] as number)) / rank);
    adjusted[index] = smallest;
  }
  return adjusted;
}
