import type { DraftedToken } from '../../contract/draft-context.js';
import { probabilityOf } from '../../sampling/draw.js';
import type { TreeShape } from '../../scheduling/tree-shape.js';
import type { ChooseChildren } from './choose-children.js';
import { DraftTree } from './draft-tree.js';
import type { TreeStepper } from './tree-stepper.js';

/**
 * Grows a tree of a shape that is fixed before: pruning by what was sampled would bias the output. A node
 * has fewer children than its shape only where the distribution's support ends.
 *
 * @param shouldStop asked about every node: true leaves that node without children. Its siblings all stay, since a rule
 *   may count them.
 */
export async function growShapedTree(
  stepper: TreeStepper,
  shape: TreeShape,
  chooseChildren: ChooseChildren,
  shouldStop: ((drafted: DraftedToken) => boolean) | undefined,
): Promise<DraftTree> {
  const tree = new DraftTree();
  const { counts, firsts } = childrenByPlace(shape);
  /** Place in the shape, and node of the tree, of this level's nodes that get children. */
  let level = shape.parents.length > 0 ? [{ place: -1, node: -1 }] : [];
  for (let depth = 0; level.length > 0; depth++) {
    const rows = await stepper.step(
      tree,
      level.map(({ node }) => node),
    );
    const next: typeof level = [];
    for (const [index, { place, node }] of level.entries()) {
      const count = counts[place + 1] as number;
      const children = chooseChildren(rows[index] as (typeof rows)[number], count, tree.size);
      for (const [rank, { token, distribution, modelLaw }] of children.entries()) {
        const child = {
          place: (firsts[place + 1] as number) + rank,
          node: tree.add(node, token, distribution),
        };
        const probability = probabilityOf(distribution, token);
        const stops = shouldStop?.({ token, probability, depth, modelLaw: () => modelLaw }) === true;
        if (!stops && (counts[child.place + 1] as number) > 0) next.push(child);
      }
    }
    level = next;
  }
  return tree;
}

/** Number of children and place of the first, of the root and then of every place of the shape. */
function childrenByPlace({ parents }: TreeShape): { counts: number[]; firsts: number[] } {
  const counts = new Array<number>(parents.length + 1).fill(0);
  for (const parent of parents) counts[parent + 1] = (counts[parent + 1] as number) + 1;
  let before = 0;
  const firsts = counts.map((count) => (before += count) - count);
  return { counts, firsts };
}
