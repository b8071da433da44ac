import type { Distribution } from '../contract/distribution.js';
import type { VerificationRule } from '../contract/verification-rule.js';
import { probabilityOf } from '../sampling/draw.js';
import { residual } from './residual.js';

/**
 * Token-by-token speculative sampling (Leviathan et al. 2211.17192, algorithm 1; Chen et al. 2302.01318,
 * algorithm 2). Exact. In greedy mode the target's rows are one-hot, and the same lines keep a draft token
 * exactly where it is the target's argmax.
 */
export const tokenwise: VerificationRule = {
  name: 'tokenwise',
  exact: true,
  randomness: 'round',
  trees: false,
  verify(draft, targetRows, random) {
    const acceptedPath: number[] = [];
    for (const [node, token] of draft.tokens.entries()) {
      const target = targetRows[node] as Distribution;
      const drafted = draft.distributions[node] as Distribution;
      const acceptanceProbability = Math.min(1, probabilityOf(target, token) / probabilityOf(drafted, token));
      if (!random.accept(acceptanceProbability, node)) {
        const { weights, mass } = residual(target, drafted, 1);
        // No mass is left where both distributions agree up to rounding: a rejection has no chance there.
        const nextToken = random.draw(mass > 0 ? weights : target, node - 1);
        return { acceptedPath, nextToken, nextTokenKind: 'correction' };
      }
      acceptedPath.push(node);
    }
    const last = draft.tokens.length;
    const nextToken = random.draw(targetRows[last] as Distribution, last - 1);
    return { acceptedPath, nextToken, nextTokenKind: 'bonus' };
  },
};
