import type { Distribution } from '../contract/distribution.js';
import type { VerificationRule } from '../contract/verification-rule.js';

/**
 * Draws the target's own token at every position and keeps the draft while it says the same. Exact, and
 * its draws belong to absolute positions, so a seed gives the same text with and without drafting. It
 * accepts the sum of target x draft, less than the ratio test does, and never looks at the draft's
 * distributions. Takes trees.
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
      const child = draft.tokens.findIndex((drafted, at) => draft.parents[at] === node && drafted === token);
      if (child < 0) {
        const isLeaf = !draft.parents.includes(node);
        return { acceptedPath, nextToken: token, nextTokenKind: isLeaf ? 'bonus' : 'correction' };
      }
      acceptedPath.push(child);
      node = child;
    }
  },
};
