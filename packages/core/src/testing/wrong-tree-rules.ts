import type { Distribution } from '../contract/distribution.js';
import type { VerificationRule } from '../contract/verification-rule.js';
import { probabilityOf } from '../sampling/draw.js';
import { childrenOf } from '../verification/children-of.js';
import { type Residual, residual } from '../verification/residual.js';
import { siblingLaw } from './sibling-law.js';

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
    independentSiblings: true,
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

/** Recursive rejection against other laws than those that the draft reports. */
function otherLaws(
  name: string,
  independentSiblings: boolean,
  /** What a sibling is tried against, where `first` is the law of the first one; undefined: it is refused. */
  lawOf: (first: Distribution, refused: readonly number[]) => Distribution | undefined,
): VerificationRule {
  return {
    name,
    exact: false,
    randomness: 'round',
    trees: true,
    independentSiblings,
    verify(draft, targetRows, random) {
      const acceptedPath: number[] = [];
      for (let node = -1; ; ) {
        const target = targetRows[node + 1] as Distribution;
        const children = childrenOf(draft, node);
        const [first] = children;
        if (first === undefined) {
          return { acceptedPath, nextToken: random.draw(target, node), nextTokenKind: 'bonus' };
        }
        let rest: Residual = { weights: target, mass: 1 };
        const refused: number[] = [];
        let accepted: number | undefined;
        for (const child of children) {
          const token = draft.tokens[child] as number;
          const drafted = lawOf(draft.distributions[first] as Distribution, refused);
          if (drafted === undefined || rest.mass === 0) break;
          const share = probabilityOf(rest.weights, token) / rest.mass;
          // A token that was refused before has no share left, and perhaps no law either.
          const chance = share > 0 ? Math.min(1, share / probabilityOf(drafted, token)) : 0;
          if (random.accept(chance, child)) {
            accepted = child;
            break;
          }
          rest = residual(rest.weights, drafted, 1 / rest.mass);
          refused.push(token);
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
}

/** Siblings without replacement, whose laws lack the refused tokens but sum to less than 1. */
export const draftNotRenormalised: VerificationRule = otherLaws(
  'draft not renormalised after a rejection',
  false,
  ({ tokens, probabilities }, refused) => ({
    tokens,
    probabilities: probabilities.map((probability, index) =>
      refused.includes(tokens?.[index] ?? index) ? 0 : probability,
    ),
  }),
);

/** Siblings that were drawn independently, tried as if each had been drawn without those before it. */
export const replacedTriedAsRemoved: VerificationRule = otherLaws(
  'siblings with replacement, verified as without',
  true,
  (first, refused) => siblingLaw(first, 'without replacement', refused),
);

/** Draws the target's own token, and where a child has it, keeps the child that the target finds likeliest. */
export const sampleMatchLikeliest: VerificationRule = {
  name: 'sample-match that keeps the likeliest child',
  exact: false,
  randomness: 'position',
  trees: true,
  verify(draft, targetRows, random) {
    const acceptedPath: number[] = [];
    for (let node = -1; ; ) {
      const target = targetRows[node + 1] as Distribution;
      const token = random.draw(target, node);
      const children = childrenOf(draft, node);
      if (!children.some((child) => draft.tokens[child] === token)) {
        const nextTokenKind = children.length === 0 ? 'bonus' : 'correction';
        return { acceptedPath, nextToken: token, nextTokenKind };
      }
      const wanted = (child: number): number => probabilityOf(target, draft.tokens[child] as number);
      const likeliest = children.reduce((best, child) => (wanted(child) > wanted(best) ? child : best));
      acceptedPath.push(likeliest);
      node = likeliest;
    }
  },
};
