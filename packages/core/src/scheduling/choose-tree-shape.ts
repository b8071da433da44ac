import type { TreeShape } from './tree-shape.js';

export interface TreeShapeChoice {
  /** Without nodes where plain decoding is best. */
  readonly shape: TreeShape;
  /** Expected committed tokens of a round: 1 + the chance of every node that it is accepted. */
  readonly expectedCommitted: number;
  /** Milliseconds of a round. */
  readonly cost: number;
  /** Expected tokens per millisecond over those of plain decoding. */
  readonly expectedGain: number;
}

export interface TreeShapeProblem {
  /** Most nodes. */
  readonly maximumTokens: number;
  readonly maximumDepth: number;
  /** Most children of a node. */
  readonly maximumWidth: number;
  /**
   * Chance that the child of a rank (0 = verified first) under an accepted node of a depth (0 = the root) is accepted,
   * given that its earlier siblings were not; 0 to 1.
   */
  readonly acceptance: (depth: number, rank: number) => number;
  /** Milliseconds of a round with a draft of this shape, which may have no nodes. */
  readonly roundCost: (shape: TreeShape) => number;
}

/**
 * The tree with the most expected committed tokens per millisecond, chains and no tree at all included (Sequoia, Chen
 * et al. 2402.12374, section 3.1 and equation 1; with acceptance that may change with the depth, and measured costs).
 *
 * A dynamic programme finds, for every number of nodes and of levels, the tree with the most expected tokens; of those
 * the costs choose. So it is the best of all trees where a round's cost depends on nodes and levels and falls with
 * neither. O(levels^2 x width x nodes^2).
 */
export function chooseTreeShape(problem: TreeShapeProblem): TreeShapeChoice {
  const { maximumTokens, maximumDepth, roundCost } = problem;
  const plain: TreeShape = { parents: [] };
  const plainCost = roundCost(plain);
  let best: TreeShapeChoice = { shape: plain, expectedCommitted: 1, cost: plainCost, expectedGain: 1 };
  const plans = planForests(problem);
  for (let levels = 1; levels <= Math.min(maximumDepth, maximumTokens); levels++) {
    const { values } = (plans[0] as ForestPlan[])[levels] as ForestPlan;
    for (let size = levels; size <= maximumTokens; size++) {
      const shape = shapeOf(plans, levels, size);
      // What has fewer nodes or levels has had its turn.
      if (shape.parents.length < size) continue;
      const expectedCommitted = 1 + (values[size] as number);
      const cost = roundCost(shape);
      const expectedGain = (expectedCommitted * plainCost) / cost;
      if (expectedGain > best.expectedGain) best = { shape, expectedCommitted, cost, expectedGain };
    }
  }
  return best;
}

/** The best children under an accepted node, with everything below them. */
interface ForestPlan {
  /** Most expected accepted nodes by most nodes, [0 to the most nodes]. */
  readonly values: Float64Array;
  /** By rank, then nodes left: how many of them go to the child of this rank and what is below it; 0: no such child. */
  readonly shares: readonly Uint16Array[];
}

/** Plans by depth of the node, then by levels below it: `plans[depth][levels]`. */
type ForestPlans = readonly (readonly ForestPlan[])[];

function planForests({
  maximumTokens,
  maximumDepth,
  maximumWidth,
  acceptance,
}: TreeShapeProblem): ForestPlans {
  const plans: ForestPlan[][] = Array.from({ length: maximumDepth + 1 }, () => [
    { values: new Float64Array(maximumTokens + 1), shares: [] },
  ]);
  for (let levels = 1; levels <= maximumDepth; levels++) {
    for (let depth = 0; depth + levels <= maximumDepth; depth++) {
      const below = (plans[depth + 1] as ForestPlan[])[levels - 1] as ForestPlan;
      (plans[depth] as ForestPlan[]).push(
        planForest(below, maximumTokens, maximumWidth, (rank) => acceptance(depth, rank)),
      );
    }
  }
  return plans;
}

/** Rank by rank from the last: a child is there only where all before it are. */
function planForest(
  below: ForestPlan,
  maximumTokens: number,
  maximumWidth: number,
  acceptance: (rank: number) => number,
): ForestPlan {
  const shares: Uint16Array[] = [];
  let later = new Float64Array(maximumTokens + 1);
  for (let rank = maximumWidth - 1; rank >= 0; rank--) {
    const chance = acceptance(rank);
    const values = new Float64Array(maximumTokens + 1);
    const taken = new Uint16Array(maximumTokens + 1);
    for (let left = 1; left <= maximumTokens; left++) {
      for (let share = 1; share <= left; share++) {
        const value =
          chance * (1 + (below.values[share - 1] as number)) + (1 - chance) * (later[left - share] as number);
        if (value > (values[left] as number)) {
          values[left] = value;
          taken[left] = share;
        }
      }
    }
    shares.unshift(taken);
    later = values;
  }
  return { values: later, shares };
}

/** The best tree of at most so many levels and nodes, level by level. */
function shapeOf(plans: ForestPlans, levels: number, size: number): TreeShape {
  const parents: number[] = [];
  const queue = [{ node: -1, depth: 0, left: size }];
  for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
    const { node, depth } = item;
    let { left } = item;
    for (const shares of ((plans[depth] as ForestPlan[])[levels - depth] as ForestPlan).shares) {
      const share = shares[left] as number;
      if (share === 0) break;
      parents.push(node);
      queue.push({ node: parents.length - 1, depth: depth + 1, left: share - 1 });
      left -= share;
    }
  }
  return { parents };
}
