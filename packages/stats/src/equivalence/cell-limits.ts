import { inverseRegularisedBetaLower } from '../special/inverse-regularised-beta-lower.js';
import { inverseRegularisedBetaUpper } from '../special/inverse-regularised-beta-upper.js';

/**
 * Clopper and Pearson's one-sided lower limit of a probability: too high with chance alpha at most.
 * Source: Clopper & Pearson 1934, Biometrika 26, 404-413. One inverse incomplete beta function.
 */
export function lowerCellLimit(hits: number, count: number, alpha: number): number {
  return hits === 0 ? 0 : inverseRegularisedBetaLower(hits, count - hits + 1, alpha);
}

/** The one-sided upper limit: too low with chance alpha at most. */
export function upperCellLimit(hits: number, count: number, alpha: number): number {
  return hits === count ? 1 : inverseRegularisedBetaUpper(hits + 1, count - hits, alpha);
}
