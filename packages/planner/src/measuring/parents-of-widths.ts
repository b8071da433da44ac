/** Parents of the nodes of a tree, level by level, in which every node of depth d (the root has 0) has `widths[d]` children; -1 is the root. */
export function parentsOfWidths(widths: readonly number[]): number[] {
  const parents: number[] = [];
  let level = [-1];
  for (const width of widths) {
    const next: number[] = [];
    for (const parent of level) {
      for (let rank = 0; rank < width; rank++) {
        parents.push(parent);
        next.push(parents.length - 1);
      }
    }
    level = next;
  }
  return parents;
}
