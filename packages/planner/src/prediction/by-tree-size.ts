import { type CostCurve, costAt } from '@foretoken/core';

/**
 * What is known of trees of some sizes, for trees of every size: linear between those, and as of the nearest one beyond them.
 *
 * @param known by the number of nodes.
 * @returns undefined where nothing is known.
 */
export function byTreeSize(known: ReadonlyMap<number, number>): ((nodes: number) => number) | undefined {
  const sizes = [...known.keys()].toSorted((left, right) => left - right);
  const [smallest, largest] = [sizes[0], sizes.at(-1)];
  if (smallest === undefined || largest === undefined) return undefined;
  // A curve of any values is read as one of milliseconds is.
  const curve: CostCurve = { lengths: sizes, milliseconds: sizes.map((size) => known.get(size) as number) };
  return (nodes) => costAt(curve, Math.min(Math.max(nodes, smallest), largest));
}
