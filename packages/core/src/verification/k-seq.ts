import type { Distribution } from '../contract/distribution.js';
import type { Draft } from '../contract/draft.js';
import type { VerificationRule } from '../contract/verification-rule.js';
import { InvalidDraftError } from '../errors/invalid-draft-error.js';
import { probabilityOf } from '../sampling/draw.js';
import { childrenOf } from './children-of.js';
import { kSeqDivision } from './k-seq-division.js';
import { residual } from './residual.js';

/**
 * K-SEQ (SpecTr, Sun et al. 2310.15141) at every node of a tree: of k children drawn independently from one distribution
 * the first is kept that passes min(1, target / (rho draft)). Exact where the number of children is known before they are
 * drawn; keeps a child with at least 1 - (1 - 1/k)^k of the largest probability that any rule could reach. Drafts
 * without branches are decided as `tokenwise` decides them. O(nodes x support).
 *
 * @throws InvalidDraftError where siblings report distributions that differ.
 */
export const kSeq: VerificationRule = {
  name: 'k-seq',
  exact: true,
  randomness: 'round',
  trees: true,
  independentSiblings: true,
  onChains: 'tokenwise',
  verify(draft, targetRows, random) {
    const acceptedPath: number[] = [];
    for (let node = -1; ; ) {
      const target = targetRows[node + 1] as Distribution;
      const children = childrenOf(draft, node);
      if (children.length === 0) {
        return { acceptedPath, nextToken: random.draw(target, node), nextTokenKind: 'bonus' };
      }
      const drafted = commonDistribution(draft, children);
      const division = kSeqDivision(target, drafted, children.length);
      const accepted = children.find((child) => {
        const token = draft.tokens[child] as number;
        const ratio = probabilityOf(target, token) / (division * probabilityOf(drafted, token));
        return random.accept(Math.min(1, ratio), child);
      });
      if (accepted === undefined) {
        // All tries together keep (1 - (1 - beta)^k) / beta x min(draft, target / rho) of a token, which at the root is
        // min(rho draft, target): the residual is max(target - rho draft, 0), here divided by rho.
        const { weights, mass } = residual(target, drafted, 1 / division);
        // As in `tokenwise`: without residual mass, ending here has no chance but for rounding.
        const nextToken = random.draw(mass > 0 ? weights : target, node);
        return { acceptedPath, nextToken, nextTokenKind: 'correction' };
      }
      acceptedPath.push(accepted);
      node = accepted;
    }
  },
};

/** The one distribution of some siblings. */
function commonDistribution(draft: Draft, siblings: readonly number[]): Distribution {
  const [first, ...others] = siblings as [number, ...number[]];
  const common = draft.distributions[first] as Distribution;
  for (const node of others) {
    const distribution = draft.distributions[node] as Distribution;
    if (distribution === common || (covers(common, distribution) && covers(distribution, common))) continue;
    throw new InvalidDraftError(
      `Node ${node} of a draft by ${draft.drafters[node]}: its distribution is not that of its sibling, node ${first}. The rule k-seq needs siblings drawn independently from one distribution; recursive-rejection takes others.`,
    );
  }
  return common;
}

/** True where the other distribution has the same probability for every token that this one lists. */
function covers({ tokens, probabilities }: Distribution, other: Distribution): boolean {
  return probabilities.every(
    (probability, index) => probability === probabilityOf(other, tokens?.[index] ?? index),
  );
}
