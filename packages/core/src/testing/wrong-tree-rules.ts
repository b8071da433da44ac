import type { Distribution } from '../contract/distribution.js';
import type { VerificationRule } from '../contract/verification-rule.js';
import { probabilityOf } from '../sampling/draw.js';
import { childrenOf } from '../verification/children-of.js';
import { residual } from '../verification/residual.js';

// Tree rules with one thing left out each: every proof must fail on trees, while on chains they are tokenwise.

/** Tries every sibling of a node with one acceptance test, and draws one correction where all are refused. */
function siblingsAlike(
  name: string,
  correction: (target: Distribution, drafted: Distribution, count: number) => Distribution,
): VerificationRule {
  return {
    name,
    exact: false,
    randomness: 'round',
    trees: true,
    verify(draft, targetRows, random) {
      const acceptedPath: number[] = [];
      for (let node = -1; ; ) {
        const target = targetRows[node + 1] as Distribution;
        const children = childrenOf(draft, node);
        const [first] = children;
        if (first === undefined) {
          return { acceptedPath, nextToken: random.draw(target, node), nextTokenKind: 'bonus' };
        }
        const accepted = children.find((child) => {
          const token = draft.tokens[child] as number;
          const drafted = draft.distributions[child] as Distribution;
          return random.accept(
            Math.min(1, probabilityOf(target, token) / probabilityOf(drafted, token)),
            child,
          );
        });
        if (accepted === undefined) {
          const drafted = draft.distributions[first] as Distribution;
          const weights = correction(target, drafted, children.length);
          const left = weights.probabilities.some((weight) => weight > 0) ? weights : target;
          return { acceptedPath, nextToken: random.draw(left, node), nextTokenKind: 'correction' };
        }
        acceptedPath.push(accepted);
        node = accepted;
      }
    },
  };
}

/** Recursive rejection whose residual does not shrink between siblings. */
export const residualOfFirstSibling: VerificationRule = siblingsAlike(
  'residual not updated between siblings',
  (target, drafted) => residual(target, drafted, 1).weights,
);

/** K-SEQ with rho = 1: tries as if the child were alone; only the correction knows of the others. */
export const kSeqUndivided: VerificationRule = siblingsAlike(
  'K-SEQ with rho = 1',
  (target, drafted, count) => {
    const kept = target.probabilities.map((wanted, index) =>
      Math.min(wanted, probabilityOf(drafted, target.tokens?.[index] ?? index)),
    );
    const beta = kept.reduce((sum, mass) => sum + mass, 0);
    const tries = beta > 0 ? (1 - (1 - beta) ** count) / beta : 0;
    return {
      tokens: target.tokens,
      probabilities: target.probabilities.map((wanted, index) =>
        Math.max(0, wanted - tries * (kept[index] as number)),
      ),
    };
  },
);
