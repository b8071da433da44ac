import type { Distribution } from '../contract/distribution.js';
import type { VerificationRule } from '../contract/verification-rule.js';
import { childrenOf } from './children-of.js';

/**
 * Draws the target's own token at every position and keeps the draft while it says the same: in a tree, while some
 * child does. Exact, and its draws belong to absolute positions, so a seed gives the same text with and without
 * drafting. It accepts the sum of target x draft, less than the ratio test does, and never looks at the draft's
 * distributions.
 */
export const sampleMatch: VerificationRule = {
  name: 'sample-match',
  exact: true,
  randomness: 'position',
  trees: true,
  verify(draft, targetRows, random) {
    const acceptedPath: number[] = [];
    for (let node = -1; ; ) {
      const token = random.draw(targetRows[node + 1] as Distribution, node);
      const children = childrenOf(draft, node);
      const child = children.find((candidate) => draft.tokens[candidate] === token);
      if (child === undefined) {
        const nextTokenKind = children.length === 0 ? 'bonus' : 'correction';
        return { acceptedPath, nextToken: token, nextTokenKind };
      }
      acceptedPath.push(child);
      node = child;
    }
  },
};
