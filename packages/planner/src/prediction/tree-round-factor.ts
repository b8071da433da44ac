import { treePassLengths } from '@foretoken/core';
import { parentsOfWidths } from '../measuring/parents-of-widths.js';
import type { Profile, TimedRounds, TreeRoundsEntry } from '../profile/profile-schema.js';
import { fewestRounds } from './in-texts-factor.js';
import { linearBetween } from './linear-between.js';
import type { TreeRound } from './round-costs.js';
import { treeCostsOf } from './tree-costs.js';

/** What passes measured alone tell, of whole rounds that draft nothing and of the passes of a round with a tree. */
interface Told {
  plain(contextTokens: number): number;
  tree(tree: TreeRound, contextTokens: number): number | undefined;
}

/**
 * What rounds with trees take in texts over what their passes tell, by the trees' size: linear between those that were measured
 * often enough, and that of the nearest one beyond them. The plain rounds of the same texts tell how fast the machine was.
 *
 * @returns undefined where nothing can be compared.
 */
export function treeRoundFactor(
  profile: Profile,
  { target, plain, trees }: TreeRoundsEntry,
  told: Told,
): ((nodes: number) => number) | undefined {
  const costs = treeCostsOf(profile, target);
  if (typeof costs === 'string' || plain.rounds < fewestRounds) return undefined;
  const ofPlain = overTold(plain, (contextTokens) => told.plain(contextTokens));
  if (ofPlain === undefined) return undefined;
  const factors = new Map<number, number>();
  for (const { widths, ...drafting } of trees) {
    if (drafting.rounds < fewestRounds) continue;
    const parents = parentsOfWidths(widths);
    const nodes = parents.length;
    const tree = { nodes, draftPasses: treePassLengths({ parents }), passRatio: costs.ratio(nodes) };
    const ofTree = overTold(drafting, (contextTokens) => told.tree(tree, contextTokens));
    if (ofTree !== undefined) factors.set(nodes, ofTree / ofPlain);
  }
  return linearBetween(factors);
}

/** Milliseconds of a round over what is told. */
function overTold(
  { rounds, milliseconds, contextTokens }: TimedRounds,
  toldAt: (contextTokens: number) => number | undefined,
): number | undefined {
  const told = toldAt(contextTokens / rounds);
  return told !== undefined && told > 0 && milliseconds > 0 ? milliseconds / rounds / told : undefined;
}
