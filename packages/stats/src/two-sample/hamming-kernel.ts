import { requirePositive } from '../errors/require.js';
import { fillGram } from './fill-gram.js';
import type { Kernel } from './kernel.js';

/**
 * Kernel of token sequences by position: exp(-rate x positions at which they differ). A shorter sequence counts
 * as padded with an end mark of its own. It is a product over positions of strictly positive-definite kernels on
 * a finite set, hence characteristic: with enough samples a kernel test with it sees any difference of two laws of
 * sequences of bounded length. Best for short sequences from one prompt; two long ones rarely agree anywhere.
 *
 * Source: Gretton et al. 2012, Journal of Machine Learning Research 13, 723-773 (characteristic kernels);
 * Kondor & Lafferty 2002 for the kernel on a discrete product. gram: O(n^2 x length).
 *
 * @param options.rate per differing position, above 0, @defaultValue 1.
 * @throws StatisticsError for a rate that is not a finite number above 0.
 */
export function hammingKernel(options: { readonly rate?: number } = {}): Kernel<ArrayLike<number>> {
  const { rate = 1 } = options;
  requirePositive(rate, 'rate');
  return {
    name: 'hamming',
    gram: (items) =>
      fillGram(items.length, (left, right) =>
        Math.exp(
          -rate * differingPositions(items[left] as ArrayLike<number>, items[right] as ArrayLike<number>),
        ),
      ),
  };
}

function differingPositions(left: ArrayLike<number>, right: ArrayLike<number>): number {
  const shorter = Math.min(left.length, right.length);
  let differing = Math.abs(left.length - right.length);
  for (let position = 0; position < shorter; position++) {
    if (left[position] !== right[position]) differing++;
  }
  return differing;
}
