import { sortPValues } from './sort-p-values.js';

/**
 * Holm's adjusted p-values: rejecting every hypothesis whose adjusted p-value is at most alpha keeps the
 * chance of even one false rejection at or below alpha, whatever the dependence between the tests. The
 * first step is Bonferroni's, m times the smallest p-value, so Holm rejects all that Bonferroni rejects.
 *
 * With the p-values sorted, adjusted(i) = max over j <= i of min(1, (m - j + 1) p(j)).
 * Source: Holm 1979, Scandinavian Journal of Statistics 6, 65-70; adjusted form: Wright 1992, Biometrics 48.
 * O(m log m).
 *
 * @param pValues one per test, 0 to 1.
 * @returns adjusted p-values, 0 to 1, in the input's order.
 * @throws StatisticsError for an empty list, or a p-value outside 0 to 1 or NaN.
 */
export function adjustHolm(pValues: ArrayLike<number>): Float64Array {
  const order = sortPValues(pValues);
  const adjusted = new Float64Array(order.length);
  let largest = 0;
  for (const [rank, index] of order.entries()) {
    largest = Math.max(largest, Math.min(1, (order.length - rank) * (pValues[index] as number)));
    adjusted[index] = largest;
  }
  return adjusted;
}
