import { nodeDepths, type TreeShape } from './tree-shape.js';

/**
 * Tokens in each of a draft model's passes that draft a tree, one a level, beginning with the last committed token's.
 * A level is read together with what leads to it, but not with what all of it descends from: that is in the sequence
 * already. Leaves are not read.
 */
export function treePassLengths(shape: TreeShape): number[] {
  const { parents } = shape;
  const depths = nodeDepths(shape);
  const inner = new Set(parents);
  const lengths = parents.length > 0 ? [1] : [];
  for (let depth = 1; ; depth++) {
    // From the level's nodes up, until one node is left.
    let level = [...depths.keys()].filter((node) => depths[node] === depth && inner.has(node));
    if (level.length === 0) return lengths;
    let length = level.length;
    for (level = parentsOf(level, parents); level.length > 1; level = parentsOf(level, parents)) {
      length += level.length;
    }
    lengths.push(length);
  }
}

function parentsOf(nodes: readonly number[], parents: readonly number[]): number[] {
  return [...new Set(nodes.map((node) => parents[node] as number))];
}
