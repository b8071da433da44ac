import type { Distribution } from '../contract/distribution.js';
import type { VerificationRule } from '../contract/verification-rule.js';
import { probabilityOf } from '../sampling/draw.js';
import { residual } from './residual.js';

/**
 * Block verification (Sun et al. 2403.10444, algorithm 2): keeps the longest prefix that passes its own
 * test, so a failure in the middle does not end the block. Exact, and never fewer expected tokens than
 * token by token; no gain for one-hot drafts.
 */
export const block: VerificationRule = {
  name: 'block',
  exact: true,
  randomness: 'round',
  trees: false,
  verify(draft, targetRows, random) {
    const length = draft.tokens.length;
    let kept = 0;
    let weightOfKept = 1;
    let weight = 1; // b_i, the joint acceptance weight of the first i tokens; b_0 = 1
    for (let i = 1; i <= length; i++) {
      const token = draft.tokens[i - 1] as number;
      const targetProbability = probabilityOf(targetRows[i - 1] as Distribution, token);
      const draftProbability = probabilityOf(draft.distributions[i - 1] as Distribution, token);
      weight = Math.min(1, (weight * targetProbability) / draftProbability);
      let acceptanceProbability = weight; // h at the end of the block
      if (i < length) {
        const { mass } = residual(
          targetRows[i] as Distribution,
          draft.distributions[i] as Distribution,
          weight,
        );
        // 0 / 0 where both distributions agree and nothing was lost so far: then the prefix is kept.
        acceptanceProbability = mass === 0 && weight === 1 ? 1 : mass / (mass + 1 - weight);
      }
      if (random.accept(acceptanceProbability, i - 1)) {
        kept = i;
        weightOfKept = weight;
      }
    }
    const acceptedPath = Array.from({ length: kept }, (_, node) => node);
    const target = targetRows[kept] as Distribution;
    if (kept === length) {
      return { acceptedPath, nextToken: random.draw(target, kept - 1), nextTokenKind: 'bonus' };
    }
    const { weights, mass } = residual(target, draft.distributions[kept] as Distribution, weightOfKept);
    // As in `tokenwise`: without residual mass, ending here has no chance but for rounding.
    const nextToken = random.draw(mass > 0 ? weights : target, kept - 1);
    return { acceptedPath, nextToken, nextTokenKind: 'correction' };
  },
};
