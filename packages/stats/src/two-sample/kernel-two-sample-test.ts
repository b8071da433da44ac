import { requireInteger } from '../errors/require.js';
import { StatisticsError } from '../errors/statistics-error.js';
import type { RandomSource } from '../random/random-source.js';
import type { Kernel } from './kernel.js';
import { permutationPValue } from './permutation-p-value.js';
import type { PermutationTest } from './permutation-test.js';
import { requireSample } from './require-sample.js';

/**
 * Kernel two-sample test: the squared maximum mean discrepancy of two samples, with a permutation p-value that is
 * valid at every sample size. It needs no probabilities: token sequences or text from two black boxes are enough.
 *
 * unbiased: sum over i != j of k(x(i), x(j)) / (m (m - 1)) + the same of y / (n (n - 1)) - 2 mean k(x, y); its
 * expectation is 0 where the laws are equal, so it can be negative. biased: the same with i = j included and
 * m^2, n^2 below; never negative.
 * Source: Gretton et al. 2012, Journal of Machine Learning Research 13, 723-773, equations 3 and 5.
 * The kernel matrix costs O((m + n)^2) kernel values and as many doubles of memory; each permutation O(m^2) with m
 * the smaller sample.
 *
 * @param first, second items of any kind the kernel takes, at least two each.
 * @param options.kernel `hammingKernel`, `spectrumKernel` or one's own.
 * @param options.estimator @defaultValue 'unbiased'.
 * @param options.random uniform numbers in [0, 1).
 * @param options.permutations @defaultValue 999, at least 1.
 * @throws StatisticsError for fewer than two items, a kernel matrix of the wrong size or with a value that is not
 *   finite, or options out of range.
 */
export function kernelTwoSampleTest<Item>(
  first: readonly Item[],
  second: readonly Item[],
  options: {
    readonly kernel: Kernel<Item>;
    readonly random: RandomSource;
    readonly estimator?: 'unbiased' | 'biased';
    readonly permutations?: number;
  },
): PermutationTest {
  const { kernel, random, estimator = 'unbiased', permutations = 999 } = options;
  requireInteger(permutations, 'permutations', 1);
  requireSample(first, 'first', 2);
  requireSample(second, 'second', 2);
  // The statistic is symmetric in the samples, and the sum over one of them gives the other two.
  const [smaller, larger] = first.length <= second.length ? [first, second] : [second, first];
  const count = smaller.length + larger.length;
  const gram = kernel.gram([...smaller, ...larger]);
  requireGram(gram, count);
  const rowSums = new Float64Array(count);
  for (let row = 0; row < count; row++) {
    for (let column = 0; column < count; column++) {
      rowSums[row] = (rowSums[row] as number) + (gram[row * count + column] as number);
    }
  }
  const total = rowSums.reduce((sum, value) => sum + value, 0);
  const diagonal =
    estimator === 'unbiased' ? (index: number) => gram[index * count + index] as number : () => 0;
  const totalDiagonal = rowSums.reduce((sum, _, index) => sum + diagonal(index), 0);
  const pairsOf = (size: number): number => (estimator === 'unbiased' ? size * (size - 1) : size * size);

  return permutationPValue({
    firstCount: smaller.length,
    secondCount: larger.length,
    permutations,
    random,
    // Sums of up to (m + n)^2 similarities, in another order after every shuffle.
    resolution: 1e-12 * gram.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0),
    statistic: (order) => {
      let within = 0;
      let rows = 0;
      let ownDiagonal = 0;
      for (let left = 0; left < smaller.length; left++) {
        const row = order[left] as number;
        rows += rowSums[row] as number;
        ownDiagonal += diagonal(row);
        for (let right = 0; right < smaller.length; right++) {
          within += gram[row * count + (order[right] as number)] as number;
        }
      }
      const across = rows - within;
      const withinOther = total - within - 2 * across;
      return (
        (within - ownDiagonal) / pairsOf(smaller.length) +
        (withinOther - (totalDiagonal - ownDiagonal)) / pairsOf(larger.length) -
        (2 * across) / (smaller.length * larger.length)
      );
    },
  });
}

function requireGram(gram: Float64Array, count: number): void {
  if (gram.length !== count * count) {
    throw new StatisticsError(
      `The kernel gave ${gram.length} values for ${count} items; it must give ${count} x ${count}.`,
      { reason: 'mismatch', argument: 'kernel', value: gram.length },
    );
  }
  const index = gram.findIndex((value) => !Number.isFinite(value));
  if (index >= 0) {
    throw new StatisticsError(
      `The kernel gave ${String(gram[index])} for items ${Math.floor(index / count)} and ${index % count}; ` +
        'every similarity must be finite.',
      { reason: 'out-of-range', argument: 'kernel', value: gram[index], index },
    );
  }
}
