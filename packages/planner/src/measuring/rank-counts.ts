import type { TreeAcceptanceEntry } from '../profile/profile-schema.js';

type Ranks = TreeAcceptanceEntry['ranks'];

/**
 * Counts how often the child of each rank (0 = verified first) under an accepted node of each depth (0 = the root) is
 * accepted. Siblings behind an accepted one, and nodes off the accepted path, are censored, not failures. Counts of several
 * texts add up.
 */
export class RankCounts {
  readonly #ranks: Ranks = [];

  /** @param earlier counts to go on from. */
  constructor(earlier: Ranks = []) {
    this.add(earlier);
  }

  /**
   * One round.
   *
   * @param parents of every node of the draft, -1 is the root; siblings in the order in which they were verified.
   * @param acceptedPath accepted nodes from the root down.
   */
  observe(parents: readonly number[], acceptedPath: readonly number[]): void {
    for (let depth = 0; depth <= acceptedPath.length; depth++) {
      const parent = depth === 0 ? -1 : (acceptedPath[depth - 1] as number);
      const accepted = acceptedPath[depth];
      const children = [...parents.keys()].filter((node) => parents[node] === parent);
      for (const [rank, child] of children.entries()) {
        this.#count(depth, rank, 1, child === accepted ? 1 : 0);
        if (child === accepted) break;
      }
    }
  }

  /** Adds the counts of another text. */
  add(ranks: Ranks): void {
    for (const [depth, cells] of ranks.entries())
      for (const [rank, { reached, accepted }] of cells.entries())
        this.#count(depth, rank, reached, accepted);
  }

  ranks(): Ranks {
    return structuredClone(this.#ranks);
  }

  #count(depth: number, rank: number, reached: number, accepted: number): void {
    while (this.#ranks.length <= depth) this.#ranks.push([]);
    const cells = this.#ranks[depth] as Ranks[number];
    while (cells.length <= rank) cells.push({ reached: 0, accepted: 0 });
    const cell = cells[rank] as Ranks[number][number];
    cell.reached += reached;
    cell.accepted += accepted;
  }
}
