import { RankAcceptance } from '@foretoken/core';
import type { TreeAcceptanceEntry } from '../profile/profile-schema.js';
import { contextBeyond } from './acceptance-data.js';

/** The share of a kind of children that is accepted. */
interface ChildShare {
  /** 0 to 1. */
  readonly mean: number;
  readonly variance: number;
  /** Equal where both shares come from the same counts. */
  readonly counted: string;
}

/** What a profile's counts say of a drafter's trees. */
export interface TreeAcceptance {
  readonly rule: string;
  /** Children of every node by depth, of the trees that were counted. */
  readonly widths: readonly number[];
  /** Ranks that were counted: what has more siblings is not known. */
  readonly widest: number;
  /** Trees. */
  readonly rounds: number;
  /** As `DraftShares.contextShift`, of trees of the counted shape. */
  readonly contextShift: number;
  /** Of the child of a rank (0 = verified first) under an accepted node of a depth (0 = the root), those before it not. */
  at(depth: number, rank: number): ChildShare;
}

/** A share starts as one observation of this would make it, a later rank's from half of the one before. */
const prior = { priorMean: 0.5, priorWeight: 1 };

/**
 * Depths with few counts lean on the mean of their rank over all depths (`RankAcceptance`), and those that were not counted
 * go on as that mean. The variance is that of a Beta posterior of the counts.
 */
export function treeAcceptance({ rule, widths, ranks, contexts }: TreeAcceptanceEntry): TreeAcceptance {
  const acceptance = new RankAcceptance({ ...prior, memory: Number.POSITIVE_INFINITY });
  const overall: number[] = [];
  for (const [depth, cells] of ranks.entries()) {
    for (const [rank, { reached, accepted }] of cells.entries()) {
      acceptance.add(depth, rank, { tried: reached, accepted });
      overall[rank] = (overall[rank] ?? 0) + reached;
    }
  }
  return {
    rule,
    widths,
    widest: overall.filter((reached) => reached > 0).length,
    rounds: ranks[0]?.[0]?.reached ?? 0,
    contextShift: contexts === undefined ? 0 : contextBeyond(contexts.drafting, contexts.plain),
    at(depth, rank) {
      const mean = acceptance.at(depth, rank);
      const own = ranks[depth]?.[rank]?.reached ?? 0;
      const reached = own > 0 ? own : (overall[rank] ?? 0);
      const counted = own > 0 ? `${depth} ${rank}` : `all ${rank}`;
      return { mean, variance: (mean * (1 - mean)) / (reached + 2), counted };
    },
  };
}
