import type { VerifiedTree } from './tree-shape-chooser.js';

/** How often a child was looked at, those before it not accepted, and how often it was accepted. */
export interface RankCount {
  readonly tried: number;
  readonly accepted: number;
}

/**
 * Estimates the chance that the child of each rank (0 = verified first) under an accepted node of each depth (0 = the
 * root) is accepted, given that its earlier siblings were not. Siblings behind an accepted one, and nodes off the
 * accepted path, are censored, not failures: they say nothing.
 *
 * Beta counts with exponential forgetting; a depth with few observations leans on the mean of its rank over all depths,
 * and that on the prior.
 */
export class RankAcceptance {
  readonly #forgetting: number;
  readonly #prior: { readonly mean: number; readonly weight: number };
  /** By depth, then rank. */
  readonly #tried: number[][] = [];
  readonly #accepted: number[][] = [];

  /**
   * @param options.priorMean acceptance of first children to start from, 0 to 1; each later rank starts from half of the
   *   one before, since it is asked only where better guesses were wrong.
   * @param options.priorWeight observations that the prior is worth, > 0.
   * @param options.memory trees after which an observation counts 1/e, > 1; infinite: nothing is forgotten.
   */
  constructor(options: { priorMean: number; priorWeight: number; memory: number }) {
    this.#prior = { mean: options.priorMean, weight: options.priorWeight };
    this.#forgetting = Math.exp(-1 / options.memory);
  }

  /** Counts of the child of a rank under accepted nodes of a depth, as if so many had been observed now. */
  add(depth: number, rank: number, { tried, accepted }: RankCount): void {
    count(this.#tried, depth, rank, tried);
    count(this.#accepted, depth, rank, accepted);
  }

  observe({ parents, acceptedPath }: VerifiedTree): void {
    for (const counts of [...this.#tried, ...this.#accepted])
      for (let rank = 0; rank < counts.length; rank++)
        counts[rank] = (counts[rank] as number) * this.#forgetting;
    for (let depth = 0; depth <= acceptedPath.length; depth++) {
      const parent = depth === 0 ? -1 : (acceptedPath[depth - 1] as number);
      const accepted = acceptedPath[depth];
      let rank = 0;
      for (let node = parent + 1; node < parents.length; node++) {
        if (parents[node] !== parent) continue;
        count(this.#tried, depth, rank, 1);
        count(this.#accepted, depth, rank, node === accepted ? 1 : 0);
        if (node === accepted) break;
        rank += 1;
      }
    }
  }

  /** Acceptance of the child of a rank under an accepted node of a depth, 0 to 1, given that those before were not. */
  at(depth: number, rank: number): number {
    const { mean, weight } = this.#prior;
    const overall =
      (total(this.#accepted, rank) + weight * mean * 0.5 ** rank) / (total(this.#tried, rank) + weight);
    const accepted = this.#accepted[depth]?.[rank] ?? 0;
    const tried = this.#tried[depth]?.[rank] ?? 0;
    return (accepted + weight * overall) / (tried + weight);
  }
}

function count(counts: number[][], depth: number, rank: number, amount: number): void {
  const ranks = (counts[depth] ??= []);
  ranks[rank] = (ranks[rank] ?? 0) + amount;
}

function total(counts: readonly (readonly number[])[], rank: number): number {
  return counts.reduce((sum, ranks) => sum + (ranks[rank] ?? 0), 0);
}
