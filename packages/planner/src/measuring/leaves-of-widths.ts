/** Leaves of a tree in which every node of depth d (the root has 0) has `widths[d]` children. */
export function leavesOfWidths(widths: readonly number[]): number {
  return widths.reduce((product, width) => product * width, 1);
}
