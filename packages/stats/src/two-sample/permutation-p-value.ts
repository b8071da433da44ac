import { requireFinite } from '../errors/require.js';
import { drawIndex, type RandomSource } from '../random/random-source.js';
import type { PermutationTest } from './permutation-test.js';

/**
 * The loop of a permutation test over item numbers 0 to firstCount + secondCount - 1, the first sample's first.
 *
 * @param resolution absolute difference of two statistics that may be rounding alone.
 * @param statistic of an order of the item numbers, of which the leading firstCount are the first sample.
 */
export function permutationPValue(test: {
  readonly firstCount: number;
  readonly secondCount: number;
  readonly permutations: number;
  readonly random: RandomSource;
  readonly resolution: number;
  readonly statistic: (order: Int32Array) => number;
}): PermutationTest {
  const order = Int32Array.from({ length: test.firstCount + test.secondCount }, (_, index) => index);
  const observed = test.statistic(order);
  requireFinite(observed, 'statistic');
  // A shuffle that only reorders sums must not count as smaller for its rounding.
  const threshold = observed - test.resolution - 1e-10 * Math.abs(observed);
  let hits = 0;
  for (let run = 0; run < test.permutations; run++) {
    shuffleStart(order, test.firstCount, test.random);
    const value = test.statistic(order);
    requireFinite(value, 'statistic');
    if (value >= threshold) hits++;
  }
  return {
    statistic: observed,
    pValue: (hits + 1) / (test.permutations + 1),
    permutations: test.permutations,
  };
}

/** Fisher-Yates as far as the first sample reaches: which items it holds is all that a statistic may use. */
function shuffleStart(order: Int32Array, firstCount: number, random: RandomSource): void {
  for (let index = 0; index < firstCount; index++) {
    const other = index + drawIndex(random, order.length - index);
    const moved = order[index] as number;
    order[index] = order[other] as number;
    order[other] = moved;
  }
}
