import type { KeyedRandom } from './keyed-random.js';
import { createRequestRandom, type RequestRandom } from './request-random.js';

/**
 * Randomness for a drafter inside another drafter: a request of its own in every round of the outer one, whose seed
 * is drawn at its stage. So no draw of it is one of the round's own, or of another stage's, to any depth.
 *
 * @param stage from 1, a different one for every drafter inside.
 */
export function derivedRandom(round: KeyedRandom, stage: number): RequestRandom {
  return createRequestRandom({ seed: round.uniform('draft', stage, -1, 0) * 2 ** 53 });
}
