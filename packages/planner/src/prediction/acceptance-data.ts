import type { AcceptanceEntry, ShorterDrafts } from '../profile/profile-schema.js';

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
}

/** What a profile's counts say of one drafter's drafts. Its own shares are of the longest ones that were counted. */
export interface AcceptanceData extends DraftShares {
  readonly rule: string;
  /** Of drafts of 1, 2 and so on tokens; those of other lengths are as the longest. */
  readonly shorter: readonly DraftShares[];
  readonly rounds: number;
  readonly promptsUsed: number;
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
  return {
    ...draftShares({ reached, accepted, drafted }, fromText),
    rule: entry.rule,
    shorter: (entry.shorter ?? []).map((counts) => draftShares(counts, fromText)),
    rounds: roundsOf({ reached, drafted }),
    promptsUsed: entry.promptsUsed,
  };
}

/** Of drafts that ask for `length` tokens, 1 or more. */
export function sharesOf(data: AcceptanceData, length: number): DraftShares {
  return data.shorter[length - 1] ?? data;
}

/** The shares of every length, changed in the same way. */
export function mapShares(
  data: AcceptanceData,
  change: (accepted: readonly CountedShare[]) => readonly CountedShare[],
): AcceptanceData {
  const shorter = data.shorter.map((shares) => ({ ...shares, accepted: change(shares.accepted) }));
  return { ...data, accepted: change(data.accepted), shorter };
}

function draftShares({ reached, accepted, drafted }: ShorterDrafts, fromText: boolean): DraftShares {
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
