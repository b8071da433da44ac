import {
  type Distribution,
  kullbackLeibler,
  type LossyRule,
  probabilityOf,
  type VerificationRule,
} from '@foretoken/core';

/** How far the law that a token was emitted with is from the target's there. */
export interface EmittedDivergences {
  /** Kullback-Leibler divergence of the target from the emitted law, sum e log(e / t), nats; infinite where the target is 0. */
  readonly kullbackLeibler: number;
  /** Total variation distance, 0 to 1. */
  readonly totalVariation: number;
}

/**
 * The rule, for chains only, telling of every token that it commits how far its law is from the target's: computed from
 * both distributions, not from the token.
 */
export function watchEmittedLaws(
  rule: LossyRule,
  note: (divergences: EmittedDivergences) => void,
): VerificationRule {
  return {
    ...rule,
    trees: false,
    verify(draft, targetRows, random) {
      const outcome = rule.verify(draft, targetRows, random);
      for (let node = 0; node <= outcome.acceptedPath.length; node++) {
        const drafted = draft.distributions[node];
        const target = targetRows[node] as Distribution;
        note(
          drafted === undefined
            ? { kullbackLeibler: 0, totalVariation: 0 }
            : emittedDivergences(rule.emittedLaw(target, drafted), target),
        );
      }
      return outcome;
    },
  };
}

/** Of a law that a token is emitted with from the target's there. O(support of the emitted law). */
export function emittedDivergences(emitted: Distribution, target: Distribution): EmittedDivergences {
  let excess = 0;
  for (const [index, probability] of emitted.probabilities.entries()) {
    const targetProbability = probabilityOf(target, emitted.tokens?.[index] ?? index);
    excess += Math.max(0, probability - targetProbability);
  }
  return { kullbackLeibler: kullbackLeibler(emitted, target), totalVariation: excess };
}
