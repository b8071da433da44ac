import type { Distribution } from '../contract/distribution.js';
import { probabilityOf } from './draw.js';

/**
 * Kullback-Leibler divergence KL(from || to) = sum from log(from / to), nats, at least 0; infinite where `to` gives 0 to
 * a token that `from` can emit. O(support of `from` x log support of `to`).
 */
export function kullbackLeibler(from: Distribution, to: Distribution): number {
  let sum = 0;
  for (let index = 0; index < from.probabilities.length; index++) {
    const probability = from.probabilities[index] as number;
    if (probability === 0) continue;
    sum += probability * Math.log(probability / probabilityOf(to, from.tokens?.[index] ?? index));
  }
  // Rounding can leave a sum of equal laws below 0.
  return Math.max(0, sum);
}
