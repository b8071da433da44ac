import { AcceptanceEstimate } from './acceptance-estimate.js';
import { chooseDraftLength } from './choose-draft-length.js';
import { type CostCurve, costAt } from './cost-curve.js';

export interface DrafterCandidate {
  /** Acceptance to start from, 0 to 1. */
  readonly priorAcceptance: number;
  /** Measured milliseconds of a round by draft length, from 0; undefined: all rounds cost the same. */
  readonly roundCosts: CostCurve | undefined;
}

/** Rounds after which a candidate that was not tried is tried again, doubled every time that it loses. */
const firstProbe = 32;
const longestProbe = 1024;

/**
 * Orders drafters by the tokens per millisecond that they promise, from the acceptance that was seen of each. One that
 * was not tried for long comes first for a round: the text may have changed.
 */
export class DrafterChoice {
  readonly #candidates: readonly DrafterCandidate[];
  readonly #estimates: readonly AcceptanceEstimate[];
  /** Rounds since each was tried, and after how many it is tried again. */
  readonly #idle: { rounds: number; probeAfter: number }[];

  constructor(candidates: readonly DrafterCandidate[]) {
    this.#candidates = candidates;
    this.#estimates = candidates.map(
      ({ priorAcceptance }) =>
        new AcceptanceEstimate({ prior: [priorAcceptance], priorWeight: 4, memory: 24 }),
    );
    this.#idle = candidates.map(() => ({ rounds: 0, probeAfter: firstProbe }));
  }

  /**
   * Indices of the candidates, the one to ask first at the front; ties in the order given.
   *
   * @param limit most tokens to draft, 1 or more.
   */
  order(limit: number): number[] {
    const gains = this.#candidates.map((_, index) => this.#expectedGain(index, limit));
    const order = [...gains.keys()].toSorted(
      (left, right) => (gains[right] as number) - (gains[left] as number),
    );
    const due = order.findLast((index, place) => place > 0 && this.#isDue(index));
    return due === undefined ? order : [due, ...order.filter((index) => index !== due)];
  }

  /** What became of a candidate's draft of depth `drafted`, 1 or more: the first `accepted` tokens were kept. */
  observe(candidate: number, drafted: number, accepted: number): void {
    (this.#estimates[candidate] as AcceptanceEstimate).observe(drafted, accepted);
  }

  /** One round has begun in which these were tried, whether they had something to propose or not. */
  tried(candidates: readonly number[]): void {
    for (const [index, idle] of this.#idle.entries()) {
      if (!candidates.includes(index)) idle.rounds += 1;
      else {
        if (idle.rounds >= idle.probeAfter) idle.probeAfter = Math.min(2 * idle.probeAfter, longestProbe);
        else idle.probeAfter = firstProbe;
        idle.rounds = 0;
      }
    }
  }

  #isDue(index: number): boolean {
    const { rounds, probeAfter } = this.#idle[index] as { rounds: number; probeAfter: number };
    return rounds >= probeAfter;
  }

  /** Expected tokens per millisecond over those of plain decoding, at the length that has most of them. */
  #expectedGain(index: number, limit: number): number {
    const { roundCosts } = this.#candidates[index] as DrafterCandidate;
    const estimate = this.#estimates[index] as AcceptanceEstimate;
    return chooseDraftLength(
      limit,
      (position) => estimate.at(position),
      (length) => (roundCosts === undefined ? 1 : costAt(roundCosts, length)),
    ).expectedGain;
  }
}
