import { addRounds, noRounds } from '../measuring/round-contexts.js';
import type {
  AcceptanceEntry,
  RoundContexts,
  RoundsInContext,
  ShorterDrafts,
} from '../profile/profile-schema.js';

/** A share that was counted: its mean with Jeffreys' prior, and the variance of that Beta posterior. */
export interface CountedShare {
  /** 0 to 1. */
  readonly mean: number;
  readonly variance: number;
}

/** What the counts say of drafts of one length. */
export interface DraftShares {
  /** By position: the draft has a token here, given that all before were accepted. 1 where a drafter always drafts. */
  readonly proposed: readonly CountedShare[];
  /** By position: the token here is accepted, given that it was proposed and all before were accepted. */
  readonly accepted: readonly CountedShare[];
  /** Share of rounds by the number of drafted tokens, from 0; undefined: always as many as are asked for. */
  readonly drafted: readonly number[] | undefined;
  /**
   * Tokens that rounds with so many drafted tokens have in the cache beyond what plain rounds of the same texts have, on average:
   * texts in which more is accepted have fewer rounds. 0 where nothing was counted.
   */
  contextShift(draftedCount: number): number;
}

/** What a profile's counts say of one drafter's drafts. Its own shares are of the longest ones that were counted. */
export interface AcceptanceData extends DraftShares {
  readonly rule: string;
  /** Of drafts of 1, 2 and so on tokens; those of other lengths are as the longest. */
  readonly shorter: readonly DraftShares[];
  readonly rounds: number;
  readonly promptsUsed: number;
  readonly promptCount: number;
  /** Milliseconds that the first draft of a text takes longer than others; 0 where it was not counted. */
  readonly readingMilliseconds: number;
}

/**
 * @param fromText whether the drafter may have nothing to propose, or less than it is asked for. Shorter drafts of others
 *   come from the ends of generations, where there was no room.
 */
export function acceptanceData(entry: AcceptanceEntry, fromText: boolean): AcceptanceData {
  const reached = entry.positions.map((bins) => bins.reduce((sum, bin) => sum + bin.reached, 0));
  const accepted = entry.positions.map((bins) => bins.reduce((sum, bin) => sum + bin.accepted, 0));
  const drafted = new Array<number>(entry.draftLength + 1).fill(0);
  for (const { draftedCount, rounds } of entry.hostCosts) {
    const length = Math.min(draftedCount, entry.draftLength);
    drafted[length] = (drafted[length] as number) + rounds;
  }
  const { contexts, draftLength } = entry;
  return {
    ...draftShares({ reached, accepted, drafted }, fromText),
    contextShift: contextShiftOf(contexts, draftLength, fromText),
    rule: entry.rule,
    shorter: (entry.shorter ?? []).map((counts, index) => ({
      ...draftShares(counts, fromText),
      contextShift: contextShiftOf(contexts, index + 1, fromText),
    })),
    rounds: roundsOf({ reached, drafted }),
    promptsUsed: entry.promptsUsed,
    promptCount: entry.promptCount,
    readingMilliseconds:
      entry.promptReading === undefined
        ? 0
        : Math.max(0, entry.promptReading.milliseconds / entry.promptReading.texts),
  };
}

/** Of drafts that ask for `length` tokens, 1 or more. */
export function sharesOf(data: AcceptanceData, length: number): DraftShares {
  return data.shorter[length - 1] ?? data;
}

/** The shares of every length, changed in the same way: where such texts have their rounds is not known. */
export function mapShares(
  data: AcceptanceData,
  change: (accepted: readonly CountedShare[]) => readonly CountedShare[],
): AcceptanceData {
  const contextShift = (): number => 0;
  const shorter = data.shorter.map((shares) => ({
    ...shares,
    accepted: change(shares.accepted),
    contextShift,
  }));
  return { ...data, accepted: change(data.accepted), contextShift, shorter };
}

function draftShares(
  { reached, accepted, drafted }: ShorterDrafts,
  fromText: boolean,
): Omit<DraftShares, 'contextShift'> {
  const rounds = total(drafted);
  const all = roundsOf({ reached, drafted });
  // It may never have had anything to propose.
  const positions = Array.from({ length: Math.max(1, reached.length) }, (_, position) => position);
  return {
    accepted: positions.map((position) => countedShare(accepted[position] ?? 0, reached[position] ?? 0)),
    proposed: positions.map((position) =>
      fromText
        ? countedShare(reached[position] ?? 0, position === 0 ? all : (accepted[position - 1] as number))
        : { mean: 1, variance: 0 },
    ),
    drafted: fromText && rounds > 0 ? drafted.map((times) => times / rounds) : undefined,
  };
}

/** Of drafts of `length` tokens; what always drafts has rounds with fewer tokens at the ends of texts alone. */
function contextShiftOf(
  contexts: RoundContexts | undefined,
  length: number,
  fromText: boolean,
): DraftShares['contextShift'] {
  const cells = contexts?.drafting[length - 1];
  if (contexts === undefined || cells === undefined) return () => 0;
  const { plain } = contexts;
  const all = cells.reduce(addRounds, noRounds);
  return (draftedCount) => {
    const cell = fromText ? cells[draftedCount] : all;
    return cell === undefined ? 0 : contextBeyond(cell, plain);
  };
}

/** Tokens that rounds have in the cache beyond others, on average; 0 where either are none. */
export function contextBeyond(rounds: RoundsInContext, others: RoundsInContext): number {
  if (rounds.rounds === 0 || others.rounds === 0) return 0;
  return rounds.contextTokens / rounds.rounds - others.contextTokens / others.rounds;
}

function roundsOf({ reached, drafted }: Pick<ShorterDrafts, 'reached' | 'drafted'>): number {
  return Math.max(reached[0] ?? 0, total(drafted));
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** @param part at most `whole`, which may be 0: nothing was counted. */
function countedShare(part: number, whole: number): CountedShare {
  const mean = (Math.min(part, whole) + 0.5) / (whole + 1);
  return { mean, variance: (mean * (1 - mean)) / (whole + 2) };
}
