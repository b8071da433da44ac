import {
  type DraftContext,
  type Drafter,
  drawWeighted,
  type KeyedRandom,
  type RandomPurpose,
  type VerificationRule,
} from '@foretoken/core';

/**
 * What a faulty loop would know and a sound rule is not told: the round's start, its settings and its randomness,
 * seen through the drafter. Serves one generation at a time.
 */
export class LoopTap {
  /** Tokens before this round. */
  start: readonly number[] = [];
  context: DraftContext | undefined;
  #first: KeyedRandom | undefined;
  #committedLength = 0;

  /** Length of the committed sequence at the round's start. */
  get committedLength(): number {
    return this.#committedLength;
  }

  /** Randomness of the generation's first round: the same numbers in every round. */
  get firstRandom(): KeyedRandom {
    if (this.#first === undefined) throw new Error('A tapped rule ran before its drafter.');
    return this.#first;
  }

  /** The drafter, watched; `seen` is the context that it gets. */
  watch(drafter: Drafter, seen: (context: DraftContext) => DraftContext = (context) => context): Drafter {
    return {
      name: drafter.name,
      propose: (context, budget) => {
        if (context.tokens.length === context.promptLength) this.#first = context.random;
        this.context = context;
        this.start = [...context.tokens];
        this.#committedLength = context.tokens.length;
        return drafter.propose(seen(context), budget);
      },
      observe: (outcome) => {
        this.#committedLength = outcome.committedLength;
        drafter.observe(outcome);
      },
      close: () => drafter.close(),
    };
  }
}

/** Where a draw takes its random number from. `position` is absolute, that of the token in question. */
export type NumberSource = (purpose: RandomPurpose, position: number) => number;

/** A rule that takes its random numbers from elsewhere than the loop. */
export function ruleWithNumbers(
  rule: VerificationRule,
  tap: LoopTap,
  uniform: NumberSource,
): VerificationRule {
  return {
    ...rule,
    verify(draft, targetRows) {
      return rule.verify(draft, targetRows, {
        accept: (probability, node) => uniform('accept', tap.committedLength + node) < probability,
        draw: (weights, node) => drawWeighted(weights, uniform('residual', tap.committedLength + node + 1)),
      });
    },
  };
}
