import { nodeDepths, type TreeShape } from '@foretoken/core';
import type { CommittedTokens } from './committed-tokens.js';
import type { TreeAcceptance } from './tree-acceptance.js';

/**
 * Expected committed tokens of rounds that draft trees of a shape: 1 + the chance of every node that it is accepted
 * (Sequoia, Chen et al. 2402.12374, section 3.1). As of chains (`committedTokens`), the deviation is that of the counts to
 * first order. Whether a node is accepted is taken to depend on its depth and rank alone: what is below it and beside it
 * does not count. O(nodes).
 */
export function treeCommittedTokens(
  acceptance: Pick<TreeAcceptance, 'at'>,
  shape: TreeShape,
): CommittedTokens {
  const { parents } = shape;
  const depths = nodeDepths(shape);
  const children = new Map<number, number[]>();
  for (const [node, parent] of parents.entries())
    children.set(parent, [...(children.get(parent) ?? []), node]);
  const childrenOf = (node: number): readonly number[] => children.get(node) ?? [];
  const shares = parents.map((parent, node) =>
    acceptance.at((depths[node] as number) - 1, childrenOf(parent).indexOf(node)),
  );
  /** Expected accepted nodes below a node that is accepted, and after one that is refused among its later siblings. */
  const below = parents.map(() => 0);
  const later = parents.map(() => 0);
  const expectedBelow = (parent: number): number =>
    childrenOf(parent).reduceRight((after, node) => {
      later[node] = after;
      const { mean } = shares[node] as { readonly mean: number };
      return mean * (1 + (below[node] as number)) + (1 - mean) * after;
    }, 0);
  for (let node = parents.length - 1; node >= 0; node--) below[node] = expectedBelow(node);
  const mean = 1 + expectedBelow(-1);

  /** Chance of a node that it is looked at, and how much the mean changes with the share of its counts. */
  const tried: number[] = [];
  const slopes = new Map<string, { slope: number; variance: number }>();
  for (const [node, parent] of parents.entries()) {
    const siblings = childrenOf(parent);
    const before = siblings[siblings.indexOf(node) - 1];
    const meanOf = (one: number): number => (shares[one] as { readonly mean: number }).mean;
    if (before !== undefined) tried[node] = (tried[before] as number) * (1 - meanOf(before));
    else tried[node] = parent < 0 ? 1 : (tried[parent] as number) * meanOf(parent);
    const { counted, variance } = shares[node] as ReturnType<TreeAcceptance['at']>;
    const gained = 1 + (below[node] as number) - (later[node] as number);
    const slope = (slopes.get(counted)?.slope ?? 0) + (tried[node] as number) * gained;
    slopes.set(counted, { slope, variance });
  }
  let variance = 0;
  for (const known of slopes.values()) variance += known.slope ** 2 * known.variance;
  return { mean, relativeDeviation: Math.sqrt(variance) / mean };
}
