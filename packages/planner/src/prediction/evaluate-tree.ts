import { chooseTreeShape, treePassLengths, type TreeShape } from '@foretoken/core';
import type { Pipeline } from '../pipeline/pipeline-schema.js';
import { type Drafting, type Evaluation, evaluate, scoreOf } from './evaluate-drafting.js';
import { type Estimate, withInterval } from './predict-speed.js';
import { composedDeviation } from './round-costs.js';
import { type TreeAcceptance } from './tree-acceptance.js';
import { treeCommittedTokens } from './tree-committed-tokens.js';
import type { TreeCosts } from './tree-costs.js';

/** A drafter, and what is known of its trees. */
export interface TreeDrafting extends Drafting {
  readonly treeCosts: TreeCosts;
  readonly acceptance: TreeAcceptance;
}

/** Most levels of a tree; deeper ones go on from few counts. */
const mostLevels = 8;

/**
 * Rounds with trees of one shape, its nodes as the length.
 *
 * @returns undefined where the objective asks for what is not known of them, and for trees with more nodes, leaves or
 *   siblings than were measured.
 */
export function evaluateTree(
  { costs, energy, treeCosts, acceptance }: TreeDrafting,
  pipeline: Pipeline,
  shape: TreeShape,
): Evaluation | undefined {
  const nodes = shape.parents.length;
  const { contextTokens, sequences = 1 } = pipeline.limits ?? {};
  if (nodes > treeCosts.mostNodes || leavesOf(shape) > treeCosts.mostLeaves) return undefined;
  if (widestOf(shape) > acceptance.widest) return undefined;
  const draftPasses = treePassLengths(shape);
  const milliseconds = costs.ofTree(
    { nodes, draftPasses, passRatio: treeCosts.ratio(nodes) },
    contextTokens ?? costs.contextTokens + acceptance.contextShift,
  );
  if (milliseconds === undefined) return undefined;
  const joules = energy?.ofTree({ nodes, draftPasses, milliseconds });
  // Passes over the trees of several sequences at once were not measured.
  const togetherMilliseconds = sequences === 1 ? milliseconds : undefined;
  const committed = treeCommittedTokens(acceptance, shape);
  const score = scoreOf(pipeline, committed.mean, { milliseconds, joules, togetherMilliseconds });
  if (score === undefined) return undefined;
  return { length: nodes, committed, milliseconds, joules, togetherMilliseconds, score };
}

/**
 * The tree with the best score among all shapes within what was measured (`chooseTreeShape`, of which a weighted geometric
 * mean of the objective's measures is the cost), whether or not it pays.
 *
 * @returns undefined where nothing is known of trees, or the best shape is none or a chain, of which chains tell more.
 */
export function bestTree(
  drafting: TreeDrafting,
  pipeline: Pipeline,
): { readonly shape: TreeShape; readonly evaluation: Evaluation } | undefined {
  const { treeCosts, acceptance } = drafting;
  const plain = evaluate(drafting, pipeline, undefined, 0);
  if (plain === undefined) return undefined;
  const maximumTokens = Math.min(
    treeCosts.mostNodes,
    pipeline.limits?.draftLength ?? Number.POSITIVE_INFINITY,
  );
  const costOf = ({ score, committed }: Evaluation): number => committed.mean / Math.exp(score);
  const { shape } = chooseTreeShape({
    maximumTokens,
    maximumDepth: mostLevels,
    maximumWidth: acceptance.widest,
    acceptance: (depth, rank) => acceptance.at(depth, rank).mean,
    roundCost: (tree) => {
      if (tree.parents.length === 0) return costOf(plain);
      const evaluation = evaluateTree(drafting, pipeline, tree);
      return evaluation === undefined ? Number.POSITIVE_INFINITY : costOf(evaluation);
    },
  });
  const evaluation = leavesOf(shape) > 1 ? evaluateTree(drafting, pipeline, shape) : undefined;
  return evaluation && { shape, evaluation };
}

/** What decoding with trees of one shape is predicted to give. */
export interface TreePrediction {
  /** Tokens per second of one sequence over those of plain decoding. */
  readonly speedup: Estimate;
  readonly committedTokens: number;
  readonly roundMilliseconds: number;
}

/**
 * As `predictSpeed`: the counts, costs made of passes, and what the acceptance of trees of other shapes than the counted one
 * is off.
 */
export function predictTree(
  drafting: TreeDrafting,
  pipeline: Pipeline,
  shape: TreeShape,
): TreePrediction | undefined {
  const latency: Pipeline = { ...pipeline, objective: { latency: 1 } };
  const plain = evaluate(drafting, latency, undefined, 0);
  const tree = evaluateTree(drafting, latency, shape);
  if (plain === undefined || tree === undefined) return undefined;
  const deviation = Math.hypot(tree.committed.relativeDeviation, treeDeviation);
  return {
    speedup: withInterval(Math.exp(tree.score - plain.score), deviation),
    committedTokens: tree.committed.mean,
    roundMilliseconds: tree.milliseconds,
  };
}

/**
 * That depth and rank alone decide is an assumption: tokens of 14 shapes of the embedded pair, each at temperatures 0 and 1,
 * were off by 5 to 9 % (root mean square), where counts and measuring explain 5.
 */
const shapeDeviation = 0.05;
/** Of the speed with trees over plain decoding, beside that of the counts. */
export const treeDeviation = Math.hypot(composedDeviation, shapeDeviation);

function leavesOf({ parents }: TreeShape): number {
  const inner = new Set(parents.filter((parent) => parent >= 0));
  return parents.length - inner.size;
}

function widestOf({ parents }: TreeShape): number {
  const counts = new Map<number, number>();
  for (const parent of parents) counts.set(parent, (counts.get(parent) ?? 0) + 1);
  return Math.max(...counts.values());
}
