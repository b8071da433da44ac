import type { Distribution } from '../../contract/distribution.js';
import type { DraftedToken } from '../../contract/draft-context.js';
import { oneHot, probabilityOf } from '../../sampling/draw.js';
import { type TreeLimits, TreeRoom } from '../../scheduling/tree-shape.js';
import type { DrawToken } from './choose-children.js';
import { DraftTree } from './draft-tree.js';
import { mostProbable } from './most-probable.js';
import type { TreeStepper } from './tree-stepper.js';
import { remainingLaw } from './without-token.js';

/**
 * Chance that a child is accepted, given that its parent was and its earlier siblings were not; 0 to 1.
 *
 * @param rank 0 for the sibling that is verified first.
 * @param probability of the child's token in what it is drawn from.
 */
export type ChildAcceptance = (rank: number, probability: number) => number;

/** A next child of a node. */
interface Candidate {
  readonly node: number;
  /** Chance that it is asked whether the child is accepted: the node was, and the children that it has were not. */
  asked: number;
  /** What the child is drawn from; undefined as long as the draft was not asked about the node. */
  law: Distribution | undefined;
  rank: number;
  /** Estimated chance that the child will be an accepted node. */
  value: number;
}

/** What is assumed of the largest probability after a node before the draft is asked. */
const unknownPeak = 0.75;

/**
 * Grows a tree node by node, always the child that is most likely to be accepted: deep where the draft is sure, wide
 * where it is not. Children differ (`withoutReplacement`), and each is decided on before it is drawn, by what is known of
 * it then: its distribution, and the tokens of the tree so far. So given everything before it, it is still a draw from
 * the distribution that it reports, which keeps the output exact; nothing is pruned. The node that a token became is
 * worth what its probability says.
 *
 * @param draw draws a child's token; undefined takes the most probable one, as a certain guess.
 * @param buffers for distributions of later siblings, kept from tree to tree.
 * @param shouldStop asked about every node: true leaves that node without children.
 */
export async function growSampledTree(
  stepper: TreeStepper,
  limits: TreeLimits,
  acceptance: ChildAcceptance,
  draw: DrawToken | undefined,
  buffers: Float64Array[],
  shouldStop: ((drafted: DraftedToken) => boolean) | undefined,
): Promise<DraftTree> {
  const tree = new DraftTree();
  const room = new TreeRoom(limits);
  const candidates = new Set<Candidate>();
  const beginNode = (node: number, asked: number): void => {
    candidates.add({ node, asked, law: undefined, rank: 0, value: asked * acceptance(0, unknownPeak) });
  };
  beginNode(-1, 1);
  for (let best = mostValuable(candidates, room); best !== undefined; best = mostValuable(candidates, room)) {
    const { node, rank } = best;
    if (best.law === undefined) {
      [best.law] = (await stepper.step(tree, [node])) as [Distribution];
    } else {
      const token = draw?.(best.law, tree.size) ?? (mostProbable(best.law, 1)[0] as { token: number }).token;
      const chance = acceptance(rank, probabilityOf(best.law, token));
      const child = tree.add(node, token, draw === undefined ? oneHot(token) : best.law);
      room.add(node);
      const depth = tree.path(node).length;
      const probability = probabilityOf(tree.distributions[child] as Distribution, token);
      if (shouldStop?.({ token, probability, depth }) !== true) beginNode(child, best.asked * chance);
      best.asked *= 1 - chance;
      best.rank += 1;
      best.law = remainingLaw(best.law, token, buffers, child);
    }
    if (best.law === undefined) candidates.delete(best);
    else best.value = best.asked * acceptance(best.rank, peakOf(best.law));
  }
  return tree;
}

/** Among equals the first. */
function mostValuable(candidates: ReadonlySet<Candidate>, room: TreeRoom): Candidate | undefined {
  let best: Candidate | undefined;
  for (const candidate of candidates) {
    if (candidate.value > (best?.value ?? 0) && room.fits(candidate.node)) best = candidate;
  }
  return best;
}

function peakOf({ probabilities }: Distribution): number {
  return probabilities.reduce((peak, probability) => Math.max(peak, probability), 0);
}
