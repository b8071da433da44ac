import { requireProbability, requireShape } from '../errors/require.js';
import { normalUpperQuantile } from './normal-upper-quantile.js';
import { poissonSurvival } from './poisson-survival.js';
import { smallestInteger } from './smallest-integer.js';

/**
 * The smallest count k with P(X > k) <= the given probability, by the computed values of poissonSurvival.
 *
 * Search from the normal approximation: a few dozen evaluations at most.
 *
 * @param probability 0 to 1; 0 gives Infinity.
 * @param mean 1e-100 to 1e13.
 * @returns an integer of at least 0, or Infinity.
 * @throws StatisticsError where an argument is outside its range.
 */
export function poissonUpperQuantile(probability: number, mean: number): number {
  requireProbability(probability, 'probability');
  requireShape(mean, 'mean');
  if (probability === 0) return Infinity;
  return smallestInteger(
    (count) => poissonSurvival(count, mean) <= probability,
    mean + Math.sqrt(mean) * normalUpperQuantile(probability),
    0,
    Number.MAX_SAFE_INTEGER,
  );
}
