import { log1pMinus } from '../special/log1p-minus.js';

/** A distance of observed from expected counts that is a sum over cells. */
export type Divergence = 'chi-square' | 'g';

/** One cell's part of a divergence; `expected` is above 0. Never negative. */
export function divergenceTerm(divergence: Divergence, observed: number, expected: number): number {
  const difference = observed - expected;
  if (divergence === 'chi-square') return (difference / expected) * difference;
  // 2 (O log(O / E) - (O - E)): the last part adds up to 0 over all cells, and keeps each term positive.
  if (observed === 0) return 2 * expected;
  return -2 * observed * log1pMinus(-difference / observed, expected / observed);
}
