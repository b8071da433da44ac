import { normalUpperQuantile } from './normal-upper-quantile.js';

/**
 * The x that a standard normal variable stays below with the given probability: the inverse of normalCdf.
 * Relative error below 1e-14, also around x = 0. Constant time. Source: see normalUpperQuantile.
 *
 * @param probability 0 (gives -Infinity) to 1 (gives Infinity).
 * @throws StatisticsError where the probability lies outside 0 to 1.
 */
export function normalQuantile(probability: number): number {
  return 0 - normalUpperQuantile(probability);
}
