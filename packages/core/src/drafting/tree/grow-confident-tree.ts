import type { Distribution } from '../../contract/distribution.js';
import type { DraftedToken } from '../../contract/draft-context.js';
import { oneHot } from '../../sampling/draw.js';
import { type TreeLimits, TreeRoom } from '../../scheduling/tree-shape.js';
import { DraftTree } from './draft-tree.js';
import { mostProbable } from './most-probable.js';
import type { TreeStepper } from './tree-stepper.js';

/** How a confidence tree grows. */
export interface ConfidenceGrowth {
  /** Levels, at least 1. */
  readonly depth: number;
  /** Children tried under a node, and nodes of a level that get children; at least 1. */
  readonly branching: number;
}

/**
 * Grows a tree by the draft's own confidence (EAGLE-2, Li et al. 2406.16858, sections 4.1 and 4.2). A node's value is
 * the product of the draft probabilities on its path. Level by level the most valuable nodes get children, their most
 * probable tokens; of all nodes tried, the most valuable that the limits have room for are kept, parents before their
 * children where values tie.
 *
 * Nothing is sampled, so every distribution is one-hot, and dropping nodes is exact.
 *
 * @param shouldStop asked about every kept node: true drops what is below it.
 */
export async function growConfidentTree(
  stepper: TreeStepper,
  limits: TreeLimits,
  growth: ConfidenceGrowth,
  shouldStop: ((drafted: DraftedToken) => boolean) | undefined,
): Promise<DraftTree> {
  const tried = new DraftTree();
  const values: number[] = [];
  /** What each node was taken from. */
  const laws: Distribution[] = [];
  const levels = Math.min(growth.depth, limits.maximumDepth);
  const branching = limits.maximumLeaves === 1 ? 1 : growth.branching;
  let layer = limits.maximumTokens > 0 ? [-1] : [];
  let inner = 0;
  for (let level = 0; level < levels && layer.length > 0; level++) {
    const rows = await stepper.step(tried, layer);
    const first = tried.size;
    for (const [index, node] of layer.entries()) {
      const value = node < 0 ? 1 : (values[node] as number);
      const law = rows[index] as Distribution;
      for (const { token, probability } of mostProbable(law, branching)) {
        tried.add(node, token, oneHot(token));
        laws.push(law);
        values.push(value * probability);
      }
    }
    const width = Math.min(branching, limits.maximumExpanded, limits.maximumInner - inner);
    const added = Array.from({ length: tried.size - first }, (_, index) => first + index);
    layer = added
      .toSorted((left, right) => compareValues(values, left, right))
      .slice(0, width)
      .toSorted((left, right) => left - right);
    inner += layer.length;
  }
  return pick(tried, laws, mostValuable(tried, values, limits), shouldStop);
}

/** The nodes to keep, ascending. */
function mostValuable(tried: DraftTree, values: readonly number[], limits: TreeLimits): number[] {
  const room = new TreeRoom(limits);
  const kept: (number | undefined)[] = [];
  // A child is never worth more than its parent, which was tried before it: the parent's turn comes first.
  for (const node of [...values.keys()].toSorted((left, right) => compareValues(values, left, right))) {
    const parent = tried.parents[node] as number;
    const at = parent < 0 ? -1 : kept[parent];
    if (at !== undefined && room.fits(at)) kept[node] = room.add(at);
  }
  return [...values.keys()].filter((node) => kept[node] !== undefined);
}

function pick(
  tried: DraftTree,
  laws: readonly Distribution[],
  nodes: readonly number[],
  shouldStop: ((drafted: DraftedToken) => boolean) | undefined,
): DraftTree {
  const tree = new DraftTree();
  /** Index and depth in the new tree of a node that may have children there. */
  const open = new Map<number, { node: number; depth: number }>([[-1, { node: -1, depth: 0 }]]);
  for (const node of nodes) {
    const parent = open.get(tried.parents[node] as number);
    if (parent === undefined) continue;
    const token = tried.tokens[node] as number;
    const index = tree.add(
      parent.node,
      token,
      tried.distributions[node] as (typeof tried.distributions)[number],
    );
    const modelLaw = (): Distribution => laws[node] as Distribution;
    if (shouldStop?.({ token, probability: 1, depth: parent.depth, modelLaw }) !== true)
      open.set(node, { node: index, depth: parent.depth + 1 });
  }
  return tree;
}

/** Descending by value; among equals the node that was tried first. */
function compareValues(values: readonly number[], left: number, right: number): number {
  return (values[right] as number) - (values[left] as number) || left - right;
}
