import type { Distribution } from '../contract/distribution.js';
import { InvalidArgumentError } from '../errors/invalid-argument-error.js';

/**
 * The token at `mass` of the cumulative distribution; never one of probability 0. O(support).
 *
 * @param mass a uniform number in [0, 1).
 * @throws InvalidArgumentError where no probability is positive.
 */
export function drawToken({ tokens, probabilities }: Distribution, mass: number): number {
  let cumulative = 0;
  let index = 0;
  // A probability of 0 moves nothing, so no such token passes the mass; to ask would cost a branch a token.
  for (; index < probabilities.length; index++) {
    cumulative += probabilities[index] as number;
    if (mass < cumulative) break;
  }
  if (index === probabilities.length) {
    // Rounding can leave the sum below the mass: the last token of the support takes the rest.
    index = probabilities.findLastIndex((probability) => probability > 0);
    if (index < 0)
      throw new InvalidArgumentError('A distribution without a positive probability has no token to draw.');
  }
  return tokens === undefined ? index : (tokens[index] as number);
}

/** `drawToken` for weights that need not sum to 1, from a uniform number in [0, 1). */
export function drawWeighted(weights: Distribution, uniform: number): number {
  const { probabilities } = weights;
  let total = 0;
  for (let index = 0; index < probabilities.length; index++) total += probabilities[index] as number;
  return drawToken(weights, uniform * total);
}

/** True with the given probability, for a uniform number in [0, 1); outside [0, 1] it counts as the nearer end. */
export function isAccepted(probability: number, uniform: number): boolean {
  return uniform < probability;
}

/** Probability of a token id, 0 where a sparse distribution does not list it. O(log support). */
export function probabilityOf({ tokens, probabilities }: Distribution, token: number): number {
  if (tokens === undefined) return probabilities[token] ?? 0;
  let low = 0;
  let high = tokens.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const candidate = tokens[middle] as number;
    if (candidate === token) return probabilities[middle] as number;
    if (candidate < token) low = middle + 1;
    else high = middle - 1;
  }
  return 0;
}

/** The distribution of a deterministic guess. */
export function oneHot(token: number): Distribution {
  return { tokens: Int32Array.of(token), probabilities: Float64Array.of(1) };
}
