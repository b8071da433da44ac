import type { RoundEndEvent } from '@foretoken/core';
import type { ShorterDrafts } from '../profile/profile-schema.js';

export type Round = Pick<RoundEndEvent, 'draftedCount' | 'acceptedCount'>;

/** What was drafted at a token of the text. */
interface Outcome {
  readonly accepted: boolean;
  /** Tokens of the draft from this one on. */
  readonly left: number;
}

/**
 * What drafts of 1, 2 and so on tokens, shorter than `draftLength`, would have kept on the same text. A long draft takes an
 * easy stretch of text in one round and begins again after a rejection, where the text is hard; short ones begin in the middle of
 * the easy stretch too. So the first tokens of long drafts are accepted less often than those of short ones: 0.55 against
 * 0.62 with EAGLE on the embedded target in greedy decoding.
 *
 * The text is the target's whatever is drafted, so the outcomes of its tokens are taken as they were, and rounds of the other
 * length laid over them. That is exact where whether a token is accepted depends on the tokens before it alone; a head, which
 * guesses from its own guesses, is a little better where its draft begins. The token after a draft that was kept whole was not
 * drafted: it is taken to be accepted as those before it were. O(tokens times `draftLength`).
 *
 * @param rounds of one text from its first token, with drafts of at most `draftLength` tokens.
 */
export function countShorterDrafts(rounds: readonly Round[], draftLength: number): ShorterDrafts[] {
  return layRounds(rounds, draftLength)
    .slice(0, -1)
    .map((laid, index) => countsOf(laid, index + 1));
}

/** A round laid over a text whose rounds had another draft length. */
export interface LaidRound {
  /** Tokens of the text before it. */
  readonly start: number;
  readonly draftedCount: number;
  /** Tokens of which it is known whether they are accepted, those before them all accepted. */
  readonly reachedCount: number;
  readonly acceptedCount: number;
}

/** The rounds that drafts of each length from 1 to `draftLength` would have had on the same text. */
export function layRounds(rounds: readonly Round[], draftLength: number): LaidRound[][] {
  const outcomes = rounds.flatMap((round) => outcomesOf(round, draftLength));
  return Array.from({ length: draftLength }, (_, index) => roundsOf(outcomes, index + 1));
}

function roundsOf(outcomes: readonly (Outcome | undefined)[], length: number): LaidRound[] {
  const laid: LaidRound[] = [];
  for (let start = 0; start < outcomes.length; ) {
    const round = { start, ...outcomeOf(outcomes, start, length) };
    laid.push(round);
    start += round.acceptedCount + 1;
  }
  return laid;
}

/** Adds what two texts gave; an empty list is of no text. */
export function addShorterDrafts(
  left: readonly ShorterDrafts[],
  right: readonly ShorterDrafts[],
): ShorterDrafts[] {
  if (left.length === 0) return [...right];
  const sum = (some: readonly number[], others: readonly number[]): number[] =>
    some.map((value, index) => value + (others[index] as number));
  return left.map(({ reached, accepted, drafted }, index) => {
    const other = right[index] as ShorterDrafts;
    return {
      reached: sum(reached, other.reached),
      accepted: sum(accepted, other.accepted),
      drafted: sum(drafted, other.drafted),
    };
  });
}

/** Of the tokens that a round committed; undefined: nothing was drafted there. */
function outcomesOf({ draftedCount, acceptedCount }: Round, draftLength: number): (Outcome | undefined)[] {
  const isWhole = draftedCount === draftLength;
  return Array.from({ length: acceptedCount + 1 }, (_, index) => {
    if (index === draftedCount) return isWhole ? { accepted: true, left: draftLength } : undefined;
    return { accepted: index < acceptedCount, left: isWhole ? draftLength : draftedCount - index };
  });
}

/** What a draft of `length` tokens would have met. */
function outcomeOf(
  outcomes: readonly (Outcome | undefined)[],
  start: number,
  length: number,
): Omit<LaidRound, 'start'> {
  for (let kept = 0; kept < length; kept++) {
    const outcome = outcomes[start + kept];
    if (outcome === undefined) return { draftedCount: kept, reachedCount: kept, acceptedCount: kept };
    if (outcome.accepted) continue;
    const draftedCount = Math.min(length, kept + outcome.left);
    return { draftedCount, reachedCount: kept + 1, acceptedCount: kept };
  }
  return { draftedCount: length, reachedCount: length, acceptedCount: length };
}

function countsOf(rounds: readonly LaidRound[], length: number): ShorterDrafts {
  const times = (holds: (round: LaidRound, index: number) => boolean, values: number): number[] =>
    Array.from({ length: values }, (_, index) => rounds.filter((round) => holds(round, index)).length);
  return {
    reached: times(({ reachedCount }, position) => reachedCount > position, length),
    accepted: times(({ acceptedCount }, position) => acceptedCount > position, length),
    drafted: times(({ draftedCount }, tokens) => draftedCount === tokens, length + 1),
  };
}
