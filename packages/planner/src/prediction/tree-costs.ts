import { isDeepStrictEqual } from 'node:util';
import { leavesOfWidths } from '../measuring/leaves-of-widths.js';
import type { ModelConfiguration, Profile } from '../profile/profile-schema.js';
import { linearBetween } from './linear-between.js';

/** What passes over trees cost a target, beside those over chains. */
export interface TreeCosts {
  /** Most nodes below the root, and most leaves, of a tree that was measured. */
  readonly mostNodes: number;
  readonly mostLeaves: number;
  /** Milliseconds of a pass over a tree of so many nodes over those of a chain with as many tokens, at least 1. */
  ratio(nodes: number): number;
}

/**
 * The overhead of trees, by their size: linear between those that were measured, and that of the nearest one beyond them.
 *
 * @returns what is missing, where nothing can be told.
 */
export function treeCostsOf(
  { treePasses }: Pick<Profile, 'treePasses'>,
  configuration: ModelConfiguration,
): TreeCosts | string {
  const entry = treePasses.find((one) => isDeepStrictEqual(one.configuration, configuration));
  if (entry === undefined) return "the target's passes over trees were not measured";
  if (entry.trees.length === 0) return `the target reads no trees on ${configuration.engine}`;
  const bySize = new Map<number, number[]>();
  for (const { tokens, milliseconds, chainMilliseconds } of entry.trees) {
    if (chainMilliseconds > 0)
      bySize.set(tokens - 1, [...(bySize.get(tokens - 1) ?? []), milliseconds / chainMilliseconds]);
  }
  // A tree is no less work than a chain: below 1 is noise.
  const ratios = new Map([...bySize].map(([size, own]) => [size, Math.max(1, mean(own))]));
  const ratio = linearBetween(ratios);
  if (ratio === undefined) return "the target's passes over trees took no time that the clock could tell";
  return {
    mostNodes: Math.max(...bySize.keys()),
    mostLeaves: Math.max(...entry.trees.map(({ widths }) => leavesOfWidths(widths))),
    ratio,
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
