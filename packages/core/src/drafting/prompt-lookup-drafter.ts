import type { Draft } from '../contract/draft.js';
import type { DraftContext } from '../contract/draft-context.js';
import type { DraftBudget, Drafter } from '../contract/drafter.js';
import { ClosedError } from '../errors/closed-error.js';
import { InvalidArgumentError } from '../errors/invalid-argument-error.js';
import { oneHot } from '../sampling/draw.js';
import { chainDraft } from './chain-draft.js';
import { matchConfidence } from './match-confidence.js';

/** What followed a short match is what a greedy target says again, but often not what a draw gives. */
const defaults = {
  greedy: { minimumMatch: 4, lengthFactor: Number.POSITIVE_INFINITY },
  sampled: { minimumMatch: 8, lengthFactor: 0.5 },
  judged: { minimumMatch: 1, lengthFactor: Number.POSITIVE_INFINITY },
};

export interface PromptLookupOptions {
  /** Longest run of last tokens to look for, 1 or more; default 16. */
  readonly maximumMatch?: number | undefined;
  /** Shortest run that counts as a match, 1 or more; default 4 in greedy decoding, 8 where tokens are drawn, 1 where drafts are judged. */
  readonly minimumMatch?: number | undefined;
  /**
   * Longest draft, in tokens for every token of the match, above 0 (SuffixDecoding, Oliaro et al. 2411.04975); default: no
   * bound in greedy decoding and where drafts are judged, else 0.5.
   */
  readonly lengthFactor?: number | undefined;
}

/**
 * Proposes what followed the last tokens where they stood before, in the prompt or the output (prompt
 * lookup decoding, Saxena 2023): the longest match, among equals the latest. Deterministic, so every
 * distribution is one-hot. O(tokens) a round; no state.
 *
 * @throws InvalidArgumentError for match lengths that are not whole numbers of at least 1, or crossed, and for a
 * lengthFactor that is not above 0.
 */
export function createPromptLookupDrafter(options: PromptLookupOptions = {}): Drafter {
  const { maximumMatch = 16, minimumMatch, lengthFactor } = options;
  if (minimumMatch !== undefined && (!Number.isInteger(minimumMatch) || minimumMatch < 1)) {
    throw new InvalidArgumentError(`minimumMatch must be a whole number of at least 1, not ${minimumMatch}.`);
  }
  if (!Number.isInteger(maximumMatch) || maximumMatch < (minimumMatch ?? 1)) {
    throw new InvalidArgumentError(
      `maximumMatch must be a whole number of at least minimumMatch (${minimumMatch ?? 1}), not ${maximumMatch}.`,
    );
  }
  if (lengthFactor !== undefined && !(lengthFactor > 0)) {
    throw new InvalidArgumentError(`lengthFactor must be above 0, not ${lengthFactor}.`);
  }
  const name = 'prompt-lookup';
  let closed = false;
  return {
    name,
    expectedAcceptance: 0.9,
    isFree: true,
    async propose(context: DraftContext, budget: DraftBudget): Promise<Draft> {
      if (closed) throw new ClosedError(`The drafter ${name} is closed.`);
      context.signal?.throwIfAborted();
      const unjudged = context.transform.greedy ? defaults.greedy : defaults.sampled;
      const fallback = budget.isJudged === true ? defaults.judged : unjudged;
      const shortest = Math.min(minimumMatch ?? fallback.minimumMatch, maximumMatch);
      const { follow, length } = findFollow(context.tokens, shortest, maximumMatch);
      const longest = Math.max(1, Math.floor((lengthFactor ?? fallback.lengthFactor) * length));
      const proposed =
        length === 0 ? [] : copyFrom(context.tokens, follow, Math.min(budget.maximumTokens, longest));
      const stopped = proposed.findIndex(
        (token, depth) =>
          context.shouldStop?.({
            token,
            probability: 1,
            confidence: matchConfidence(length + depth),
            depth,
          }) === true,
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

/** The best earlier match of the last tokens: its length, 0 for none, and the index of the token that followed it. */
function findFollow(
  tokens: readonly number[],
  minimumMatch: number,
  maximumMatch: number,
): { follow: number; length: number } {
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
  return best < 0 ? { follow: -1, length: 0 } : { follow: best, length: bestLength };
}

/** `count` tokens from `start` on; past the end the copy goes on into itself, as periodic text does. */
function copyFrom(tokens: readonly number[], start: number, count: number): number[] {
  const copy: number[] = [];
  for (let at = start; copy.length < count; at++)
    copy.push((tokens[at] ?? copy[at - tokens.length]) as number);
  return copy;
}
