import type { Distribution } from '../contract/distribution.js';
import type { Draft } from '../contract/draft.js';
import type { DraftContext } from '../contract/draft-context.js';
import type { DraftBudget, Drafter } from '../contract/drafter.js';
import { drawChain } from '../drafting/draw-chain.js';
import { ClosedError } from '../errors/closed-error.js';
import { InvalidArgumentError } from '../errors/invalid-argument-error.js';
import { oneHot, probabilityOf } from '../sampling/draw.js';

export interface SyntheticDrafterOptions {
  /**
   * The target's distribution after a history, after all transformations; [vocabularySize] or sparse. For greedy
   * runs on a real engine, the one-hot distribution of a text that was recorded before.
   */
  readonly law: (history: readonly number[]) => Distribution | Promise<Distribution>;
  readonly vocabularySize: number;
  /** The wanted acceptance by position of the draft, given that those before were accepted; 0 to 1. */
  readonly acceptance: (position: number) => number;
}

/**
 * Drafts whose tokens are accepted with a wanted probability, so that scheduling can be measured without a good
 * draft. Each token is drawn from the target's own law mixed with its least likely token: the sum of
 * min(target, draft) is then 1 - share x (1 - smallest probability). An acceptance below the smallest probability
 * cannot be had, and becomes it.
 *
 * @throws InvalidArgumentError for an acceptance outside 0 to 1.
 */
export function createSyntheticDrafter(options: SyntheticDrafterOptions): Drafter {
  const { law, vocabularySize, acceptance } = options;
  const name = 'synthetic';
  let closed = false;
  return {
    name,
    async propose(context: DraftContext, { maximumTokens }: DraftBudget): Promise<Draft> {
      if (closed) throw new ClosedError(`The drafter ${name} is closed.`);
      context.signal?.throwIfAborted();
      return drawChain(name, context, maximumTokens, async (history, node) => {
        const wanted = acceptance(node);
        if (!(wanted >= 0 && wanted <= 1))
          throw new InvalidArgumentError(`An acceptance is from 0 to 1, not ${wanted} (position ${node}).`);
        return withAcceptance(await law(history), vocabularySize, wanted);
      });
    },
    observe() {},
    async close() {
      closed = true;
    },
  };
}

function withAcceptance(target: Distribution, vocabularySize: number, wanted: number): Distribution {
  let least = 0;
  for (let token = 1; token < vocabularySize; token++) {
    if (probabilityOf(target, token) < probabilityOf(target, least)) least = token;
  }
  const smallest = probabilityOf(target, least);
  // One token takes all: no mixture changes what is accepted.
  if (smallest === 1) return oneHot(least);
  const share = Math.min(1, (1 - wanted) / (1 - smallest));
  const probabilities = Float64Array.from(
    { length: vocabularySize },
    (_, token) => (1 - share) * probabilityOf(target, token) + (token === least ? share : 0),
  );
  return { tokens: undefined, probabilities };
}
