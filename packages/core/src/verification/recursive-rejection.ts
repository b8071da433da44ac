import type { Distribution } from '../contract/distribution.js';
import type { VerificationRule } from '../contract/verification-rule.js';
import { probabilityOf } from '../sampling/draw.js';
import { childrenOf } from './children-of.js';
import { type Residual, residual } from './residual.js';

/**
 * Multi-step speculative sampling over a tree (SpecInfer, Miao et al. 2305.09781, algorithm 2): siblings are tried
 * in order, each against what the refused ones before it left of the target. Exact for siblings drawn independently,
 * without replacement (RSD, Jeon et al. 2402.14160; Sequoia, Chen et al. 2402.12374) and for certain guesses alike,
 * provided that every node's distribution is the one that it was drawn from, given its earlier siblings: it is used as
 * reported and never renormalised. Drafts without branches are decided as `tokenwise` decides them. O(nodes x support).
 */
export const recursiveRejection: VerificationRule = {
  name: 'recursive-rejection',
  exact: true,
  randomness: 'round',
  trees: true,
  onChains: 'tokenwise',
  verify(draft, targetRows, random) {
    const acceptedPath: number[] = [];
    for (let node = -1; ; ) {
      const target = targetRows[node + 1] as Distribution;
      const children = childrenOf(draft, node);
      if (children.length === 0) {
        return { acceptedPath, nextToken: random.draw(target, node), nextTokenKind: 'bonus' };
      }
      // What the refused siblings leave of the target; normalised by dividing by its mass.
      let rest: Residual = { weights: target, mass: 1 };
      let accepted: number | undefined;
      for (const child of children) {
        const token = draft.tokens[child] as number;
        const drafted = draft.distributions[child] as Distribution;
        const share = probabilityOf(rest.weights, token) / rest.mass;
        if (random.accept(Math.min(1, share / probabilityOf(drafted, token)), child)) {
          accepted = child;
          break;
        }
        rest = residual(rest.weights, drafted, 1 / rest.mass);
        // As in `tokenwise`: without residual mass the refusal had no chance but for rounding. Nothing is left that
        // another sibling could be tried against.
        if (rest.mass === 0) break;
      }
      if (accepted === undefined) {
        const nextToken = random.draw(rest.mass > 0 ? rest.weights : target, node);
        return { acceptedPath, nextToken, nextTokenKind: 'correction' };
      }
      acceptedPath.push(accepted);
      node = accepted;
    }
  },
};
