import type { Distribution } from '../contract/distribution.js';
import type { Draft } from '../contract/draft.js';
import type { VerificationRule } from '../contract/verification-rule.js';
import { probabilityOf } from '../sampling/draw.js';
import { prefixWeights } from '../verification/block.js';
import { residual } from '../verification/residual.js';
import { tokenwise } from '../verification/tokenwise.js';

// Rules that published systems shipped or that the literature is misread as: each must fail every proof.

/** Token by token with another acceptance probability, or another correction. */
function tokenwiseVariant(
  name: string,
  acceptance: (target: number, draft: number) => number,
  correction: (target: Distribution, draft: Distribution) => Distribution,
): VerificationRule {
  return {
    name,
    exact: false,
    randomness: 'round',
    trees: false,
    verify(draft, targetRows, random) {
      const acceptedPath: number[] = [];
      for (const [node, token] of draft.tokens.entries()) {
        const target = targetRows[node] as Distribution;
        const drafted = draft.distributions[node] as Distribution;
        const chance = acceptance(probabilityOf(target, token), probabilityOf(drafted, token));
        if (!random.accept(chance, node)) {
          const nextToken = random.draw(correction(target, drafted), node - 1);
          return { acceptedPath, nextToken, nextTokenKind: 'correction' };
        }
        acceptedPath.push(node);
      }
      const last = draft.tokens.length;
      const nextToken = random.draw(targetRows[last] as Distribution, last - 1);
      return { acceptedPath, nextToken, nextTokenKind: 'bonus' };
    },
  };
}

function fromResidual(target: Distribution, draft: Distribution): Distribution {
  const { weights, mass } = residual(target, draft, 1);
  return mass > 0 ? weights : target;
}

/** "If the target's probability is lower, keep it with a chance proportional to the difference." */
export const literalDifference: VerificationRule = tokenwiseVariant(
  'literal difference',
  (target, draft) => (target >= draft ? 1 : draft - target),
  fromResidual,
);

/** After a rejection the target itself is sampled, not the residual. */
export const resampleFromTarget: VerificationRule = tokenwiseVariant(
  'resample from the target',
  (target, draft) => Math.min(1, target / draft),
  (target) => target,
);

/** The residual takes the draft's probabilities off by rank: the likeliest's off the likeliest, and so on. */
export const residualByRank: VerificationRule = tokenwiseVariant(
  'residual by rank',
  (target, draft) => Math.min(1, target / draft),
  (target, draft) => {
    const drafted = draft.probabilities.toSorted((left, right) => right - left);
    const ranks = [...target.probabilities.keys()].toSorted(
      (left, right) => (target.probabilities[right] as number) - (target.probabilities[left] as number),
    );
    const probabilities = new Float64Array(target.probabilities.length);
    for (const [rank, index] of ranks.entries()) {
      probabilities[index] = Math.max(0, (target.probabilities[index] as number) - (drafted[rank] ?? 0));
    }
    return probabilities.some((weight) => weight > 0) ? { tokens: target.tokens, probabilities } : target;
  },
);

/** The token after the kept ones is the draft's, not the target's, where all are kept. */
export const bonusFromDraft: VerificationRule = {
  name: 'bonus from the draft',
  exact: false,
  randomness: 'round',
  trees: false,
  verify(draft, targetRows, random) {
    const last = draft.tokens.length - 1;
    if (last < 0) return tokenwise.verify(draft, targetRows, random);
    const verified: Draft = {
      tokens: draft.tokens.slice(0, last),
      parents: draft.parents.slice(0, last),
      distributions: draft.distributions.slice(0, last),
      drafters: draft.drafters.slice(0, last),
    };
    const outcome = tokenwise.verify(verified, targetRows, random);
    return outcome.nextTokenKind === 'bonus'
      ? { ...outcome, nextToken: draft.tokens[last] as number }
      : outcome;
  },
};

/** Compares with a sample of the target, but on a mismatch draws a new one. */
export const freshRedraw: VerificationRule = {
  name: 'fresh redraw after a mismatch',
  exact: false,
  randomness: 'round',
  trees: false,
  verify(draft, targetRows, random) {
    const acceptedPath: number[] = [];
    for (const [node, token] of draft.tokens.entries()) {
      const target = targetRows[node] as Distribution;
      if (random.draw(target, node - 1) !== token) {
        return { acceptedPath, nextToken: random.draw(target, node - 1), nextTokenKind: 'correction' };
      }
      acceptedPath.push(node);
    }
    const last = draft.tokens.length;
    return {
      acceptedPath,
      nextToken: random.draw(targetRows[last] as Distribution, last - 1),
      nextTokenKind: 'bonus',
    };
  },
};

/** Block verification that ends at the first test that fails, instead of the longest prefix that passes. */
export const blockStopsAtFirstFailure: VerificationRule = {
  name: 'block, stopped at the first failure',
  exact: false,
  randomness: 'round',
  trees: false,
  verify(draft, targetRows, random) {
    const length = draft.tokens.length;
    const weights = prefixWeights(draft.tokens, draft.distributions, targetRows);
    let kept = 0;
    for (; kept < length; kept++) {
      const weight = weights[kept + 1] as number;
      const rest =
        kept + 1 < length
          ? residual(
              targetRows[kept + 1] as Distribution,
              draft.distributions[kept + 1] as Distribution,
              weight,
            ).mass
          : undefined;
      if (!random.accept(rest === undefined ? weight : rest / (rest + 1 - weight), kept)) break;
    }
    const acceptedPath = Array.from({ length: kept }, (_, node) => node);
    const target = targetRows[kept] as Distribution;
    if (kept === length) {
      return { acceptedPath, nextToken: random.draw(target, kept - 1), nextTokenKind: 'bonus' };
    }
    const correction = residual(target, draft.distributions[kept] as Distribution, weights[kept] as number);
    return {
      acceptedPath,
      nextToken: random.draw(correction.weights, kept - 1),
      nextTokenKind: 'correction',
    };
  },
};
