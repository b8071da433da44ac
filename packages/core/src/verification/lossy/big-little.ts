import type { Distribution } from '../../contract/distribution.js';
import { InvalidArgumentError } from '../../errors/invalid-argument-error.js';
import { probabilityOf } from '../../sampling/draw.js';
import { keptOrTarget } from './kept-or-target.js';
import type { LossyRule } from './lossy-rule.js';

export interface BigLittleOptions {
  /** Largest distance that is kept, nats, at least 0. Infinity keeps the whole draft. */
  readonly rollbackThreshold: number;
}

/** What the authors' implementation takes. */
export const defaultBigLittle: BigLittleOptions = { rollbackThreshold: 5 };

/**
 * LOSSY. The rollback policy of Big Little Decoder (Kim et al. 2302.07863): rolls back to the first drafted token
 * whose distance from the target is above a threshold, and draws that token from the target. The distance is the cross
 * entropy of the target's distribution with the drafted token as the label, -log target(token). The fallback policy,
 * when to stop drafting, is `stopBelowConfidence`. O(nodes x log support).
 *
 * @throws InvalidArgumentError for a threshold below 0.
 */
export function createBigLittle({ rollbackThreshold }: BigLittleOptions): LossyRule {
  if (!(rollbackThreshold >= 0)) {
    throw new InvalidArgumentError(`A rollback threshold is at least 0, not ${rollbackThreshold}.`);
  }
  const keeps = (target: Distribution, token: number): boolean =>
    -Math.log(probabilityOf(target, token)) <= rollbackThreshold;
  return {
    name: 'lossy-big-little',
    exact: false,
    randomness: 'round',
    trees: false,
    verify(draft, targetRows, random) {
      const rejected = draft.tokens.findIndex(
        (token, node) => !keeps(targetRows[node] as Distribution, token),
      );
      const kept = rejected < 0 ? draft.tokens.length : rejected;
      return {
        acceptedPath: Array.from({ length: kept }, (_, node) => node),
        nextToken: random.draw(targetRows[kept] as Distribution, kept - 1),
        nextTokenKind: rejected < 0 ? 'bonus' : 'correction',
      };
    },
    emittedLaw: (target, draft) => keptOrTarget(target, draft, (token) => keeps(target, token)),
  };
}
