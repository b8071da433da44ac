import type { Draft } from '../contract/draft.js';
import type { DraftContext } from '../contract/draft-context.js';
import type { DraftBudget, Drafter } from '../contract/drafter.js';
import { ClosedError } from '../errors/closed-error.js';
import { InvalidArgumentError } from '../errors/invalid-argument-error.js';
import { oneHot } from '../sampling/draw.js';
import { chainDraft } from './chain-draft.js';

/** What followed a short match is what a greedy target says again, but often not what a draw gives. */
const greedyMinimum = 4;
const sampledMinimum = 10;

export interface PromptLookupOptions {
  /** Longest run of last tokens to look for, 1 or more; default 16. */
  readonly maximumMatch?: number | undefined;
  /** Shortest run that counts as a match, 1 or more; default 4 in greedy decoding, 10 where tokens are drawn. */
  readonly minimumMatch?: number | undefined;
}

/**
 * Proposes what followed the last tokens where they stood before, in the prompt or the output (prompt
 * lookup decoding, Saxena 2023): the longest match, among equals the latest. Deterministic, so every
 * distribution is one-hot. O(tokens) a round; no state.
 *
 * @throws InvalidArgumentError for match lengths that are not whole numbers of at least 1, or crossed.
 */
export function createPromptLookupDrafter(options: PromptLookupOptions = {}): Drafter {
  const { maximumMatch = 16, minimumMatch } = options;
  if (minimumMatch !== undefined && (!Number.isInteger(minimumMatch) || minimumMatch < 1)) {
    throw new InvalidArgumentError(`minimumMatch must be a whole number of at least 1, not ${minimumMatch}.`);
  }
  if (!Number.isInteger(maximumMatch) || maximumMatch < (minimumMatch ?? 1)) {
    throw new InvalidArgumentError(
      `maximumMatch must be a whole number of at least minimumMatch (${minimumMatch ?? 1}), not ${maximumMatch}.`,
    );
  }
  const name = 'prompt-lookup';
  let closed = false;
  return {
    name,
    expectedAcceptance: 0.9,
    async propose(context: DraftContext, budget: DraftBudget): Promise<Draft> {
      if (closed) throw new ClosedError(`The drafter ${name} is closed.`);
      context.signal?.throwIfAborted();
      const shortest = minimumMatch ?? (context.transform.greedy ? greedyMinimum : sampledMinimum);
      const follow = findFollow(context.tokens, Math.min(shortest, maximumMatch), maximumMatch);
      const proposed = follow < 0 ? [] : copyFrom(context.tokens, follow, budget.maximumTokens);
      const stopped = proposed.findIndex(
        (token, depth) => context.shouldStop?.({ token, probability: 1, depth }) === true,
      );
      const tokens = stopped < 0 ? proposed : proposed.slice(0, stopped + 1);
      return chainDraft(name, tokens, tokens.map(oneHot));
    },
    observe() {
      // Nothing to learn: every proposal looks at all committed tokens.
    },
    async close() {
      closed = true;
    },
  };
}

/** Index of the token that followed the best earlier match of the last tokens, or -1. */
function findFollow(tokens: readonly number[], minimumMatch: number, maximumMatch: number): number {
  const end = tokens.length;
  let best = -1;
  let bestLength = minimumMatch - 1;
  for (let follow = end - 1; follow > bestLength && bestLength < maximumMatch; follow--) {
    let length = 0;
    while (
      length < maximumMatch &&
      length < follow &&
      tokens[follow - 1 - length] === tokens[end - 1 - length]
    ) {
      length += 1;
    }
    if (length > bestLength) {
      best = follow;
      bestLength = length;
    }
  }
  return best;
}

/** `count` tokens from `start` on; past the end the copy goes on into itself, as periodic text does. */
function copyFrom(tokens: readonly number[], start: number, count: number): number[] {
  const copy: number[] = [];
  for (let at = start; copy.length < count; at++)
    copy.push((tokens[at] ?? copy[at - tokens.length]) as number);
  return copy;
}
