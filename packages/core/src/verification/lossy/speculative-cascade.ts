import type { Distribution } from '../../contract/distribution.js';
import { InvalidArgumentError } from '../../errors/invalid-argument-error.js';
import { probabilityOf } from '../../sampling/draw.js';
import { residual, residualMass } from '../residual.js';
import type { LossyRule } from './lossy-rule.js';

export interface SpeculativeCascadeOptions {
  /**
   * What a deferral costs, in probability of the most probable token for each unit of total variation. Larger values
   * keep more of the draft: infinity all of it, -infinity only what the target's own distribution would keep.
   */
  readonly alpha: number;
}

/** Defers wherever the target is more certain than the draft. */
export const defaultSpeculativeCascade: SpeculativeCascadeOptions = { alpha: 0 };

/**
 * LOSSY. Speculative cascade (Narasimhan et al. 2405.19261) with its deferral rule OPT: a position defers to
 * the target where max(draft) < max(target) - alpha x (total variation of the two), and belongs to the draft otherwise.
 * Tokens are verified by speculative sampling against the distribution chosen so. The output has exactly that
 * cascade's law at every drafted position, and the target's after a draft that was kept whole. O(nodes x support).
 *
 * A certain guess (prompt lookup; any draft at temperature 0) is never less certain than the target: with an alpha of at
 * least 0 all of it is kept.
 *
 * @throws InvalidArgumentError for an alpha that is no number.
 */
export function createSpeculativeCascade({ alpha }: SpeculativeCascadeOptions): LossyRule {
  if (Number.isNaN(alpha)) {
    throw new InvalidArgumentError('A speculative cascade needs a number for alpha, not NaN.');
  }
  const defers = (target: Distribution, draft: Distribution): boolean => {
    // The mass of the residual is the total variation. Without any, both laws are one, and 0 x infinity is no number.
    const totalVariation = residualMass(target, draft, 1);
    return totalVariation > 0 && largest(draft) < largest(target) - alpha * totalVariation;
  };
  return {
    name: 'lossy-speculative-cascade',
    exact: false,
    randomness: 'round',
    trees: false,
    verify(draft, targetRows, random) {
      const acceptedPath: number[] = [];
      for (const [node, token] of draft.tokens.entries()) {
        const target = targetRows[node] as Distribution;
        const drafted = draft.distributions[node] as Distribution;
        // Against the draft's own distribution speculative sampling keeps every token.
        if (defers(target, drafted)) {
          const ratio = probabilityOf(target, token) / probabilityOf(drafted, token);
          if (!random.accept(Math.min(1, ratio), node)) {
            const nextToken = random.draw(residual(target, drafted, 1).weights, node - 1);
            return { acceptedPath, nextToken, nextTokenKind: 'correction' };
          }
        }
        acceptedPath.push(node);
      }
      const last = draft.tokens.length;
      const nextToken = random.draw(targetRows[last] as Distribution, last - 1);
      return { acceptedPath, nextToken, nextTokenKind: 'bonus' };
    },
    emittedLaw: (target, draft) => (defers(target, draft) ? target : draft),
  };
}

function largest({ probabilities }: Distribution): number {
  let most = 0;
  for (const probability of probabilities) if (probability > most) most = probability;
  return most;
}
