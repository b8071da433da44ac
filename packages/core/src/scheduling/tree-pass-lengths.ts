import { nodeDepths, type TreeShape } from './tree-shape.js';

/**
 * Tokens in each of a draft model's passes that draft a tree, one a level, beginning with the last committed token's.
 * A level is read together with what leads to it, but not with what all of it descends from: that is in the sequence
 * already. Leaves are not read.
 */
export function treePassLengths(shape: TreeShape): number[] {
  const { parents } = shape;
  const depths = nodeDepths(shape);
  const lengths = parents.length > 0 ? [1] : [];
  const inner = parents.map(() => false);
  for (const parent of parents) if (parent >= 0) inner[parent] = true;
  for (let level = 1; ; level++) {
    // Parents come before their children: one way back marks the level's nodes and all that they descend from.
    const read = parents.map(() => false);
    const counts = new Array<number>(level + 1).fill(0);
    for (let node = parents.length - 1; node >= 0; node--) {
      const depth = depths[node] as number;
      if (read[node] !== true && !(depth === level && inner[node] === true)) continue;
      counts[depth] = (counts[depth] as number) + 1;
      const parent = parents[node] as number;
      if (parent >= 0) read[parent] = true;
    }
    if (counts[level] === 0) return lengths;
    let length = counts[level] as number;
    for (let depth = level - 1; (counts[depth] as number) > 1; depth--) length += counts[depth] as number;
    lengths.push(length);
  }
}
