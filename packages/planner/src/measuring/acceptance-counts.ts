import type { AcceptanceEntry } from '../profile/profile-schema.js';

type Positions = AcceptanceEntry['positions'];

const binCount = 10;

/**
 * Counts how often drafted tokens are accepted, by position in the draft and by the probability that the drafter gave
 * them. A token counts where all before it were accepted. Those after the first rejection are censored, not failures:
 * whether they would have been accepted is not known. Counts of several runs add up, unlike the forgetting estimate
 * that a controller keeps.
 */
export class AcceptanceCounts {
  readonly #positions: { reached: number; accepted: number }[][] = [];

  /** @param earlier counts to go on from. */
  constructor(earlier: Positions = []) {
    this.add(earlier);
  }

  /**
   * One round.
   *
   * @param confidences the drafter's probability of each drafted token, each 0 to 1.
   * @param acceptedCount how many of the first ones were kept.
   */
  observe(confidences: readonly number[], acceptedCount: number): void {
    for (const [position, confidence] of confidences.slice(0, acceptedCount + 1).entries()) {
      const bin = this.#bin(position, Math.min(binCount - 1, Math.floor(confidence * binCount)));
      bin.reached += 1;
      if (position < acceptedCount) bin.accepted += 1;
    }
  }

  /** Adds the counts of another run. */
  add(positions: Positions): void {
    for (const [position, bins] of positions.entries()) {
      for (const { from, reached, accepted } of bins) {
        const bin = this.#bin(position, Math.round(from * binCount));
        bin.reached += reached;
        bin.accepted += accepted;
      }
    }
  }

  /** All counts up to the last position that was reached; ten bins each. */
  positions(): Positions {
    return this.#positions.map((bins) =>
      bins.map((bin, index) => ({ from: index / binCount, to: (index + 1) / binCount, ...bin })),
    );
  }

  #bin(position: number, index: number): { reached: number; accepted: number } {
    while (this.#positions.length <= position)
      this.#positions.push(Array.from({ length: binCount }, () => ({ reached: 0, accepted: 0 })));
    return this.#positions[position]?.[index] as { reached: number; accepted: number };
  }
}

/** Acceptance by position, given that the tokens before were accepted; each 0 to 1, up to the last one reached. */
export function acceptanceByPosition({ positions }: Pick<AcceptanceEntry, 'positions'>): number[] {
  return positions.map((bins) => {
    const accepted = bins.reduce((sum, bin) => sum + bin.accepted, 0);
    return accepted / bins.reduce((sum, bin) => sum + bin.reached, 0);
  });
}
