import type { DraftLengthController, RoundMeasurement } from '@foretoken/core';
import type { TimedRounds } from '../profile/profile-schema.js';
import { addRounds, noRounds } from './round-contexts.js';

/** Tokens of a text that are decoded in one way, before it is the other's turn. */
const tokensPerTurn = 16;

/** What rounds took, plain ones and those of turns that draft. */
export interface TimedTurns {
  readonly plain: TimedRounds;
  /** By the number of drafted tokens, from 0: what copies text has seldom something to propose. */
  readonly drafting: readonly TimedRounds[];
}

export interface RecordedTurns {
  /** Of one generation. */
  readonly controller: DraftLengthController;
  readonly turns: () => TimedTurns;
}

const none: TimedRounds = { ...noRounds, milliseconds: 0 };

export const noTurns: TimedTurns = { plain: none, drafting: [] };

/**
 * Decodes a text plainly and with drafts of `length` tokens in turn. The first round of a turn does not count: it follows
 * rounds of the other length, and a draft model reads in it what it missed.
 *
 * @param begins whether the first turn drafts.
 * @param promptTokens in the cache before the first round.
 */
export function createRecordingTurns(
  length: number,
  { begins, promptTokens }: { readonly begins: boolean; readonly promptTokens: number },
): RecordedTurns {
  let turns = noTurns;
  let tokens = 0;
  let lastTurn = -1;
  const turnNow = (): number => Math.floor(tokens / tokensPerTurn);
  const drafts = (turn: number): boolean => (turn % 2 === 0) === begins;
  const timed = (turn: number, { draftedCount, roundMilliseconds = 0 }: RoundMeasurement): TimedTurns => {
    const round = { rounds: 1, milliseconds: roundMilliseconds, contextTokens: promptTokens + tokens };
    if (!drafts(turn)) return { plain: round, drafting: [] };
    return { plain: none, drafting: [...new Array<TimedRounds>(draftedCount).fill(none), round] };
  };
  return {
    controller: {
      name: `turns of ${length}`,
      next: (limit) => (drafts(turnNow()) ? Math.min(limit, length) : 0),
      observe(round) {
        const turn = turnNow();
        if (turn === lastTurn) turns = addTurns(turns, timed(turn, round));
        lastTurn = turn;
        tokens += round.committedCount;
      },
    },
    turns: () => turns,
  };
}

/** What both took. */
export function addTurns(left: TimedTurns, right: TimedTurns): TimedTurns {
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
