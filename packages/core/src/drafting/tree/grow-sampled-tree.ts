import type { Distribution } from '../../contract/distribution.js';
import type { DraftedToken } from '../../contract/draft-context.js';
import { oneHot, probabilityOf } from '../../sampling/draw.js';
import { type TreeLimits, TreeRoom } from '../../scheduling/tree-shape.js';
import type { DrawToken } from './choose-children.js';
import { DraftTree } from './draft-tree.js';
import { mostProbable } from './most-probable.js';
import type { TreeStepper } from './tree-stepper.js';
import { remainingLaw } from './without-token.js';

/** Chance that a child is accepted, given that its parent was and its earlier siblings were not; 0 to 1. */
export interface ChildAcceptance {
  /**
   * @param rank 0 for the sibling that is verified first.
   * @param peak the largest probability of what the child is to be drawn from.
   */
  before(rank: number, peak: number): number;
  /** @param probability of the child's token in what it was drawn from. */
  after(rank: number, probability: number): number;
}

/** A next child of a node. */
interface Candidate {
  readonly node: number;
  /** Chance that it is asked whether the child is accepted: the node was, and the children that it has were not. */
  asked: number;
  /** What the child is drawn from; undefined as long as the draft was not asked about the node. */
  law: Distribution | undefined;
  rank: number;
  /** The greater, the likelier the child will be an accepted node. */
  value: number;
}

/** What is assumed of the largest probability after a node before the draft is asked. */
const unknownPeak = 0.8;

/**
 * The chance that a child is asked about counts a little less than it should where it is small: the estimates that it is
 * a product of err, and `traversal` keeps a node with a poor one before it more often than a rule that stops there.
 */
const askedWeight = 0.85;

/**
 * Grows a tree node by node, always the child that is most likely to be accepted: deep where the draft is sure, wide
 * where it is not. Children differ, and each is decided on before it is drawn, by what is known of it then: its
 * distribution, and the tokens of the tree so far. So given everything before it, it is still a draw from the
 * distribution that it reports, which keeps the output exact; nothing is pruned. The node that a token became is worth
 * what its probability says.
 *
 * Later siblings are drawn from the draft's probabilities to the power 3/2, without the earlier ones: what a refusal
 * leaves of the target lies more on probable tokens than the draft does (second children of the embedded pair are
 * accepted in .34 of the cases instead of .31). They report that distribution.
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
    candidates.add({
      node,
      asked,
      law: undefined,
      rank: 0,
      value: valueOf(asked, acceptance.before(0, unknownPeak)),
    });
  };
  beginNode(-1, 1);
  for (let best = mostValuable(candidates, room); best !== undefined; best = mostValuable(candidates, room)) {
    const { node, rank } = best;
    if (best.law === undefined) {
      [best.law] = (await stepper.step(tree, [node])) as [Distribution];
    } else {
      const token = draw?.(best.law, tree.size) ?? (mostProbable(best.law, 1)[0] as { token: number }).token;
      const chance = acceptance.after(rank, probabilityOf(best.law, token));
      const child = tree.add(node, token, draw === undefined ? oneHot(token) : best.law);
      room.add(node);
      const depth = tree.path(node).length;
      const probability = probabilityOf(tree.distributions[child] as Distribution, token);
      const modelLaw = best.law;
      if (shouldStop?.({ token, probability, depth, modelLaw: () => modelLaw }) !== true)
        beginNode(child, best.asked * chance);
      best.asked *= 1 - chance;
      best.rank += 1;
      best.law = remainingLaw(best.law, token, buffers, child, rank === 0);
    }
    if (best.law === undefined) candidates.delete(best);
    else best.value = valueOf(best.asked, acceptance.before(best.rank, peakOf(best.law)));
  }
  return tree;
}

function valueOf(asked: number, acceptance: number): number {
  return asked ** askedWeight * acceptance;
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
