import type { CostCurve } from '@foretoken/core';
import type { Candidate } from './candidate.js';
import type { ProfiledSpeed } from './profiled-speeds.js';
import { paysFrom } from './round-costs.js';

type Verdict = 'pays' | 'likely' | 'perhaps' | 'unlikely' | 'no';

export interface Suggestion extends Candidate {
  readonly verdict: Verdict;
  /** Acceptance of a drafted token from which it pays; undefined: from none. */
  readonly paysFrom: number | undefined;
  /** What a plan from the profile says; undefined: it was not profiled. */
  readonly profiled: ProfiledSpeed | undefined;
}

/** Most drafts of a target's own family are accepted more often than this, few more often than that. */
const usualAcceptance = 0.6;
const highAcceptance = 0.8;
const order: readonly Verdict[] = ['pays', 'likely', 'perhaps', 'unlikely', 'no'];

/** The candidates with what is to be expected of each, the best first. */
export function suggest(
  candidates: readonly Candidate[],
  {
    costs,
    targetBytes,
    profiled,
  }: {
    readonly costs: CostCurve;
    readonly targetBytes: number;
    readonly profiled: ReadonlyMap<string, ProfiledSpeed>;
  },
): Suggestion[] {
  return candidates
    .map((candidate) => {
      const from = paysFrom(candidate, targetBytes, costs);
      const measured = profiled.get(candidate.label ?? candidate.draft);
      return { ...candidate, paysFrom: from, profiled: measured, verdict: verdictOf(from, measured) };
    })
    .toSorted(
      (left, right) =>
        order.indexOf(left.verdict) - order.indexOf(right.verdict) ||
        (right.profiled?.speedup ?? 0) - (left.profiled?.speedup ?? 0) ||
        (left.paysFrom ?? 1) - (right.paysFrom ?? 1),
    );
}

function verdictOf(from: number | undefined, profiled: ProfiledSpeed | undefined): Verdict {
  if (profiled !== undefined) return profiled.speedup > 1 ? 'pays' : 'no';
  if (from === undefined) return 'no';
  if (from <= usualAcceptance) return 'likely';
  return from <= highAcceptance ? 'perhaps' : 'unlikely';
}
