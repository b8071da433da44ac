import type { Distribution } from '../contract/distribution.js';
import type { VerificationRule } from '../contract/verification-rule.js';
import { probabilityOf } from '../sampling/draw.js';
import { residual, residualMass } from './residual.js';

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
    const weights = prefixWeights(draft.tokens, draft.distributions, targetRows);
    // The tests are independent, so the longest prefix that passes is looked for from the long end.
    let kept = length;
    while (kept > 0) {
      const weight = weights[kept] as number;
      let acceptanceProbability = weight; // h at the end of the block
      if (kept < length) {
        const mass = residualMass(
          targetRows[kept] as Distribution,
          draft.distributions[kept] as Distribution,
          weight,
        );
        // 0 / 0 where both distributions agree and nothing was lost so far: then the prefix is kept.
        acceptanceProbability = mass === 0 && weight === 1 ? 1 : mass / (mass + 1 - weight);
      }
      if (random.accept(acceptanceProbability, kept - 1)) break;
      kept -= 1;
    }
    const acceptedPath = Array.from({ length: kept }, (_, node) => node);
    const target = targetRows[kept] as Distribution;
    if (kept === length) {
      return { acceptedPath, nextToken: random.draw(target, kept - 1), nextTokenKind: 'bonus' };
    }
    const rest = residual(target, draft.distributions[kept] as Distribution, weights[kept] as number);
    // As in `tokenwise`: without residual mass, ending here has no chance but for rounding.
    const nextToken = random.draw(rest.mass > 0 ? rest.weights : target, kept - 1);
    return { acceptedPath, nextToken, nextTokenKind: 'correction' };
  },
};

/** b_0 to b_n: how much of the draft's joint probability of each prefix the target covers, at most 1. */
export function prefixWeights(
  tokens: readonly number[],
  draftRows: readonly Distribution[],
  targetRows: readonly Distribution[],
): number[] {
  const weights = [1];
  for (const [node, token] of tokens.entries()) {
    const ratio =
      probabilityOf(targetRows[node] as Distribution, token) /
      probabilityOf(draftRows[node] as Distribution, token);
    weights.push(Math.min(1, (weights[node] as number) * ratio));
  }
  return weights;
}
