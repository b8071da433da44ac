import type { Draft } from '../contract/draft.js';

/** Children of a node, in the order in which a rule tries them; -1 is the root. O(nodes). */
export function childrenOf({ parents }: Pick<Draft, 'parents'>, node: number): number[] {
  const children: number[] = [];
  for (let child = node + 1; child < parents.length; child++) {
    if (parents[child] === node) children.push(child);
  }
  return children;
}
