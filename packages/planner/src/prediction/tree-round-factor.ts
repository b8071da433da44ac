import { treePassLengths } from '@foretoken/core';
import { parentsOfWidths } from '../measuring/parents-of-widths.js';
import type { Profile, TreeRoundsEntry } from '../profile/profile-schema.js';
import { linearBetween } from './linear-between.js';
import type { TreeRound } from './round-costs.js';
import { treeCostsOf } from './tree-costs.js';

/**
 * What rounds with trees take over what their passes tell, by the trees' size: linear between those that were measured, and
 * that of the nearest one beyond them. Whole rounds are compared with the plain ones that they took turns with, since passes
 * were measured at another time.
 *
 * @param passesOverPlain the passes of a round with a tree over a plain round, as passes measured alone tell it.
 * @returns undefined where nothing can be compared.
 */
export function treeRoundFactor(
  profile: Profile,
  { target, contextTokens, trees }: TreeRoundsEntry,
  passesOverPlain: (tree: TreeRound, contextTokens: number) => number | undefined,
): ((nodes: number) => number) | undefined {
  const costs = treeCostsOf(profile, target);
  if (typeof costs === 'string') return undefined;
  const factors = new Map<number, number>();
  for (const { widths, milliseconds, plainMilliseconds } of trees) {
    const parents = parentsOfWidths(widths);
    const nodes = parents.length;
    const draftPasses = treePassLengths({ parents });
    const told = passesOverPlain({ nodes, draftPasses, passRatio: costs.ratio(nodes) }, contextTokens);
    if (told !== undefined && told > 0 && plainMilliseconds > 0)
      factors.set(nodes, milliseconds / plainMilliseconds / told);
  }
  return linearBetween(factors);
}
