import { chooseTreeShape, type TreeShapeChoice } from './choose-tree-shape.js';
import { type CostCurve, costAt } from './cost-curve.js';
import { ProbeSchedule } from './probe-schedule.js';
import { RankAcceptance } from './rank-acceptance.js';
import { treePassLengths } from './tree-pass-lengths.js';
import { fitShape, type TreeShape } from './tree-shape.js';
import type { TreeShapeChooser } from './tree-shape-chooser.js';

export interface AdaptiveTreeShapeOptions {
  /** Measured milliseconds of the target's passes by their length (`measurePassCosts`). */
  readonly targetCosts: CostCurve;
  /** The same of the draft model. */
  readonly draftCosts: CostCurve;
  /** Most nodes; default 24. */
  readonly maximumTokens?: number | undefined;
  /** Most levels; default 8. */
  readonly maximumDepth?: number | undefined;
  /** Most children of a node; default 4. */
  readonly maximumWidth?: number | undefined;
  /** Acceptance of first children to start from, 0 to 1; default 0.6. */
  readonly priorAcceptance?: number | undefined;
  /** Rounds without drafting before the first probe; default 256, since a draft model first has to read all that it missed. */
  readonly firstProbe?: number | undefined;
}

/** Verified trees between two plans: one costs about a millisecond, and says little new after a single tree. */
const treesPerPlan = 8;

/**
 * Chooses the tree with the most expected tokens per millisecond (`chooseTreeShape`) from measured pass costs and the
 * acceptance by depth and rank seen so far. Where nothing pays it does not draft, and probes now and then whether that
 * has changed.
 */
export function createAdaptiveTreeShape(options: AdaptiveTreeShapeOptions): TreeShapeChooser {
  const { targetCosts, draftCosts, priorAcceptance = 0.6, firstProbe = 256 } = options;
  const { maximumTokens = 24, maximumDepth = 8, maximumWidth = 4 } = options;
  const acceptance = new RankAcceptance({ priorMean: priorAcceptance, priorWeight: 4, memory: 24 });
  const probes = new ProbeSchedule(firstProbe);
  let plan: { readonly width: number; readonly choice: TreeShapeChoice } | undefined;
  let treesLeft = 0;

  const roundCost = (shape: TreeShape): number =>
    treePassLengths(shape).reduce(
      (sum, length) => sum + costAt(draftCosts, length),
      costAt(targetCosts, shape.parents.length + 1),
    );

  return {
    next(limits) {
      const width = Math.min(maximumWidth, limits.maximumLeaves);
      if (plan?.width !== width) {
        const choice = chooseTreeShape({
          maximumTokens,
          maximumDepth,
          maximumWidth: width,
          acceptance: (depth, rank) => acceptance.at(depth, rank),
          roundCost,
        });
        plan = { width, choice };
        treesLeft = treesPerPlan;
      }
      const decision = probes.next(plan.choice.expectedGain);
      if (decision === 'plain') return { parents: [] };
      if (decision === 'draft') return fitShape(plan.choice.shape, limits);
      // Probes are rare: each is heard at once.
      treesLeft = 1;
      return fitShape({ parents: [-1] }, limits);
    },
    observe(verified) {
      if (verified.parents.length === 0) return;
      acceptance.observe(verified);
      treesLeft -= 1;
      if (treesLeft <= 0) plan = undefined;
    },
  };
}
