import { requireInteger } from '../errors/require.js';
import type { RandomSource } from '../random/random-source.js';
import { permutationPValue } from './permutation-p-value.js';
import { requireSample } from './require-sample.js';

export interface PermutationTest {
  /** The statistic of the samples as given. */
  readonly statistic: number;
  /** (hits + 1) / (permutations + 1), never 0. */
  readonly pValue: number;
  readonly permutations: number;
}

/**
 * Tests that two samples come from one law, without knowing it: the statistic of the samples is compared with
 * its values after shuffling which item belongs to which sample. The p-value is valid at every sample size
 * for any statistic, since all assignments are equally likely where the laws are equal and items independent.
 *
 * pValue = (hits + 1) / (permutations + 1), hits = shuffles whose statistic is at least the observed one, up to
 * rounding. Source: Phipson & Smyth 2010, Statistical Applications in Genetics and Molecular Biology 9, 39.
 * Time O(permutations x (m + n + the statistic's own cost)).
 *
 * @param first items of any kind, at least one.
 * @param second items of the same kind, at least one.
 * @param statistic a finite number, larger for samples that differ more; it must not keep or change its arguments.
 * @param options.random uniform numbers in [0, 1).
 * @param options.permutations @defaultValue 999, at least 1; the smallest possible p-value is
 *   1 / (permutations + 1).
 * @throws StatisticsError for an empty sample, a statistic that is not finite, or options out of range.
 */
export function permutationTest<Item>(
  first: readonly Item[],
  second: readonly Item[],
  statistic: (first: readonly Item[], second: readonly Item[]) => number,
  options: { readonly random: RandomSource; readonly permutations?: number },
): PermutationTest {
  const { random, permutations = 999 } = options;
  requireInteger(permutations, 'permutations', 1);
  requireSample(first, 'first', 1);
  requireSample(second, 'second', 1);
  const items = [...first, ...second];
  return permutationPValue({
    firstCount: first.length,
    secondCount: second.length,
    permutations,
    random,
    resolution: 0,
    statistic: (order) => {
      const arranged = Array.from(order, (index) => items[index] as Item);
      return statistic(arranged.slice(0, first.length), arranged.slice(first.length));
    },
  });
}
