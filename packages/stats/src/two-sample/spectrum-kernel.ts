import { requireInteger } from '../errors/require.js';
import { StatisticsError } from '../errors/statistics-error.js';
import { fillGram } from './fill-gram.js';
import type { Kernel } from './kernel.js';

/**
 * Spectrum kernel of token sequences or text: the inner product of n-gram counts. For text the symbols are Unicode
 * code points, so it also compares programs with different tokenizers.
 *
 * k(x, y) = sum over n in orders, over n-grams u, of count(u in x) count(u in y), divided by
 * sqrt(k(x, x) k(y, y)) unless `normalise` is false. An item too short for any n-gram is similar to nothing, itself
 * included. Not characteristic: it sees differences in n-gram frequencies only.
 * Source: Leslie, Eskin & Noble 2002, The spectrum kernel, Pacific Symposium on Biocomputing, 564-575.
 * gram: O(n^2 x distinct n-grams of an item), after O(total length x orders) to count them.
 *
 * @param options.orders lengths of the n-grams, each at least 1, @defaultValue [1, 2, 3].
 * @param options.normalise @defaultValue true: long items weigh no more than short ones.
 * @throws StatisticsError for no orders or one that is not an integer of at least 1.
 */
export function spectrumKernel(
  options: { readonly orders?: readonly number[]; readonly normalise?: boolean } = {},
): Kernel<ArrayLike<number> | string> {
  const { orders = [1, 2, 3], normalise = true } = options;
  if (orders.length === 0) {
    throw new StatisticsError('orders is empty; give the length of at least one n-gram.', {
      reason: 'empty',
      argument: 'orders',
    });
  }
  for (const [index, order] of orders.entries()) requireInteger(order, `orders[${index}]`, 1);
  return {
    name: 'spectrum',
    gram(items) {
      const features = new Map<string, number>();
      const counts = items.map((item) => countGrams(symbolsOf(item), orders, features));
      const gram = fillGram(items.length, (left, right) =>
        innerProduct(counts[left] as GramCounts, counts[right] as GramCounts),
      );
      return normalise ? normalised(gram, items.length) : gram;
    },
  };
}

/** Feature numbers in ascending order with how often each occurs. */
interface GramCounts {
  readonly features: Int32Array;
  readonly counts: Float64Array;
}

function symbolsOf(item: ArrayLike<number> | string): ArrayLike<number> {
  return typeof item === 'string' ? Array.from(item, (symbol) => symbol.codePointAt(0) as number) : item;
}

function countGrams(
  symbols: ArrayLike<number>,
  orders: readonly number[],
  features: Map<string, number>,
): GramCounts {
  const counts = new Map<number, number>();
  for (const order of orders) {
    for (let start = 0; start + order <= symbols.length; start++) {
      let key = '';
      for (let offset = 0; offset < order; offset++) key += `${symbols[start + offset] as number},`;
      let feature = features.get(key);
      if (feature === undefined) {
        feature = features.size;
        features.set(key, feature);
      }
      counts.set(feature, (counts.get(feature) ?? 0) + 1);
    }
  }
  const ordered = Int32Array.from(counts.keys()).toSorted();
  return {
    features: ordered,
    counts: Float64Array.from(ordered, (feature) => counts.get(feature) as number),
  };
}

/** Merge of two ascending lists. */
function innerProduct(left: GramCounts, right: GramCounts): number {
  let sum = 0;
  let rightIndex = 0;
  for (let leftIndex = 0; leftIndex < left.features.length; leftIndex++) {
    const feature = left.features[leftIndex] as number;
    while ((right.features[rightIndex] as number) < feature) rightIndex++;
    if (right.features[rightIndex] === feature) {
      sum += (left.counts[leftIndex] as number) * (right.counts[rightIndex] as number);
    }
  }
  return sum;
}

function normalised(gram: Float64Array, count: number): Float64Array {
  const norms = Float64Array.from({ length: count }, (_, index) =>
    Math.sqrt(gram[index * count + index] as number),
  );
  return gram.map((value, index) => {
    const norm = (norms[Math.floor(index / count)] as number) * (norms[index % count] as number);
    return norm > 0 ? value / norm : 0;
  });
}
