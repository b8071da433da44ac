import type { RoundEndEvent } from '@foretoken/core';
import type { TimedRounds } from '../profile/profile-schema.js';
import { addRounds, noRounds } from './round-contexts.js';

/** What the rounds of a text took, decoded plainly and with drafts. */
export interface TimedText {
  readonly plain: TimedRounds;
  /** By the number of drafted tokens, from 0: what copies text has seldom something to propose. */
  readonly drafting: readonly TimedRounds[];
}

const none: TimedRounds = { ...noRounds, milliseconds: 0 };

export const noText: TimedText = { plain: none, drafting: [] };

/**
 * What rounds of one text took, by the number of drafted tokens. The first one does not count: it follows the reading of the
 * prompt, and a draft model reads the prompt in it.
 *
 * @param promptTokens in the cache before the first round.
 */
export function timeRounds(rounds: readonly RoundEndEvent[], promptTokens: number): TimedRounds[] {
  const longest = Math.max(0, ...rounds.map(({ draftedCount }) => draftedCount));
  const cells = new Array<TimedRounds>(rounds.length > 1 ? longest + 1 : 0).fill(none);
  let contextTokens = promptTokens;
  for (const [index, { draftedCount, committedCount, roundMilliseconds = 0 }] of rounds.entries()) {
    if (index > 0) {
      const round = { rounds: 1, milliseconds: roundMilliseconds, contextTokens };
      cells[draftedCount] = addTimed(cells[draftedCount] as TimedRounds, round);
    }
    contextTokens += committedCount;
  }
  return cells;
}

/** What both took. */
export function addTexts(left: TimedText, right: TimedText): TimedText {
  const length = Math.max(left.drafting.length, right.drafting.length);
  return {
    plain: addTimed(left.plain, right.plain),
    drafting: Array.from({ length }, (_, drafted) =>
      addTimed(left.drafting[drafted] ?? none, right.drafting[drafted] ?? none),
    ),
  };
}

export function addTimed(left: TimedRounds, right: TimedRounds): TimedRounds {
  return { ...addRounds(left, right), milliseconds: left.milliseconds + right.milliseconds };
}
