import type { AcceptanceEntry } from '../profile/profile-schema.js';

/** A share that was counted: its mean with Jeffreys' prior, and the variance of that Beta posterior. */
export interface CountedShare {
  /** 0 to 1. */
  readonly mean: number;
  readonly variance: number;
}

/** What a profile's counts say of one drafter's drafts. */
export interface AcceptanceData {
  readonly rule: string;
  /** By position: the draft has a token here, given that all before were accepted. 1 where a drafter always drafts. */
  readonly proposed: readonly CountedShare[];
  /** By position: the token here is accepted, given that it was proposed and all before were accepted. */
  readonly accepted: readonly CountedShare[];
  /** Share of rounds by the number of drafted tokens, from 0; undefined: always as many as are asked for. */
  readonly drafted: readonly number[] | undefined;
  readonly rounds: number;
  readonly promptsUsed: number;
}

/**
 * @param fromText whether the drafter may have nothing to propose, or less than it is asked for. Shorter drafts of others
 *   come from the ends of generations, where there was no room.
 */
export function acceptanceData(entry: AcceptanceEntry, fromText: boolean): AcceptanceData {
  const counts = entry.positions.map((bins) => ({
    reached: bins.reduce((sum, { reached }) => sum + reached, 0),
    accepted: bins.reduce((sum, { accepted }) => sum + accepted, 0),
  }));
  // It never had anything to propose.
  if (counts.length === 0) counts.push({ reached: 0, accepted: 0 });
  const counted = entry.hostCosts.reduce((sum, { rounds }) => sum + rounds, 0);
  const rounds = Math.max(counted, counts[0]?.reached ?? 0);
  const drafted = new Array<number>(entry.draftLength + 1).fill(0);
  for (const { draftedCount, rounds: times } of entry.hostCosts) {
    const length = Math.min(draftedCount, entry.draftLength);
    drafted[length] = (drafted[length] as number) + times / counted;
  }
  return {
    rule: entry.rule,
    accepted: counts.map(({ reached, accepted }) => countedShare(accepted, reached)),
    proposed: counts.map(({ reached }, position) =>
      fromText
        ? countedShare(reached, position === 0 ? rounds : (counts[position - 1]?.accepted as number))
        : { mean: 1, variance: 0 },
    ),
    drafted: fromText && counted > 0 ? drafted : undefined,
    rounds,
    promptsUsed: entry.promptsUsed,
  };
}

/** @param part at most `whole`, which may be 0: nothing was counted. */
function countedShare(part: number, whole: number): CountedShare {
  const mean = (Math.min(part, whole) + 0.5) / (whole + 1);
  return { mean, variance: (mean * (1 - mean)) / (whole + 2) };
}
