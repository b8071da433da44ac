import type { AcceptanceEntry } from '../profile/profile-schema.js';

type Counts = Pick<AcceptanceEntry, 'positions' | 'histories'>;
type Bins = Counts['positions'][number];
type Cells = { reached: number; accepted: number }[];

const binCount = 10;
/** Outcomes that a history holds. */
const historyLength = 4;

/**
 * Counts how often drafted tokens are accepted, by the probability that the drafter gave them together with their position
 * in the draft, or with the outcomes of the tokens before them. A token counts where all before it in its draft were
 * accepted. Those after the first rejection are censored, not failures: whether they would have been accepted is not
 * known. Counts of several texts add up, unlike the forgetting estimate that a controller keeps.
 */
export class AcceptanceCounts {
  readonly #positions: Cells[] = [];
  readonly #histories = new Map<string, Cells>();
  #outcomes = '';

  /** @param earlier counts to go on from; their text has ended. */
  constructor(earlier: Counts = { positions: [], histories: [] }) {
    this.add(earlier);
  }

  /**
   * One round, the rounds of a text in their order.
   *
   * @param confidences the drafter's probability of each drafted token, each 0 to 1.
   * @param acceptedCount how many of the first ones were kept.
   */
  observe(confidences: readonly number[], acceptedCount: number): void {
    for (const [position, confidence] of confidences.slice(0, acceptedCount + 1).entries()) {
      const bin = Math.min(binCount - 1, Math.floor(confidence * binCount));
      const accepted = position < acceptedCount ? 1 : 0;
      count(this.#position(position), bin, 1, accepted);
      count(this.#history(this.#outcomes), bin, 1, accepted);
      this.#outcomes = `${this.#outcomes}${accepted}`.slice(-historyLength);
    }
  }

  /** Adds the counts of another text. */
  add({ positions, histories }: Counts): void {
    for (const [position, bins] of positions.entries()) addBins(this.#position(position), bins);
    for (const { outcomes, bins } of histories) addBins(this.#history(outcomes), bins);
  }

  /** All counts; ten bins for every position up to the last that was reached, and for every history that was. */
  counts(): Counts {
    const histories = [...this.#histories].map(([outcomes, cells]) => ({ outcomes, bins: binsOf(cells) }));
    return {
      positions: this.#positions.map(binsOf),
      histories: histories.toSorted((left, right) => (left.outcomes < right.outcomes ? -1 : 1)),
    };
  }

  #position(position: number): Cells {
    while (this.#positions.length <= position) this.#positions.push(emptyCells());
    return this.#positions[position] as Cells;
  }

  #history(outcomes: string): Cells {
    const known = this.#histories.get(outcomes);
    if (known !== undefined) return known;
    const cells = emptyCells();
    this.#histories.set(outcomes, cells);
    return cells;
  }
}

function emptyCells(): Cells {
  return Array.from({ length: binCount }, () => ({ reached: 0, accepted: 0 }));
}

function count(cells: Cells, bin: number, reached: number, accepted: number): void {
  const cell = cells[bin] as Cells[number];
  cell.reached += reached;
  cell.accepted += accepted;
}

function addBins(cells: Cells, bins: Bins): void {
  for (const { from, reached, accepted } of bins)
    count(cells, Math.round(from * binCount), reached, accepted);
}

function binsOf(cells: Cells): Bins {
  return cells.map((cell, index) => ({ from: index / binCount, to: (index + 1) / binCount, ...cell }));
}

/** Acceptance by position, given that the tokens before were accepted; each 0 to 1, up to the last one reached. */
export function acceptanceByPosition({ positions }: Pick<AcceptanceEntry, 'positions'>): number[] {
  return positions.map(shareOf);
}

/** Acceptance after each recent history, 0 to 1, by its outcomes; those that were seen. */
export function acceptanceByHistory({ histories }: Pick<AcceptanceEntry, 'histories'>): Map<string, number> {
  return new Map(histories.map(({ outcomes, bins }) => [outcomes, shareOf(bins)]));
}

function shareOf(bins: Bins): number {
  const accepted = bins.reduce((sum, bin) => sum + bin.accepted, 0);
  return accepted / bins.reduce((sum, bin) => sum + bin.reached, 0);
}
