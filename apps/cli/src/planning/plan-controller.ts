import {
  createFixedDraftLength,
  createLearningDraftLength,
  createTreeDraftLength,
  type DraftLengthController,
  verificationRules,
} from '@foretoken/core';
import type { OpenPlan } from './open-plan.js';
import { knownOf } from './plan-selection.js';

/**
 * What runs a plan: the schedule of its drafters, which begins with what was profiled, one for its trees, or a fresh
 * controller that moves among the lengths of its table.
 *
 * @param rule that verifies: under one that takes no trees, what drafts trees drafts chains.
 */
export function planController(
  { planned, drafter }: Pick<OpenPlan, 'planned' | 'drafter'>,
  rule: string,
): DraftLengthController {
  const withTree = planned.find(({ tree }) => tree !== undefined);
  if (withTree?.tree !== undefined && verificationRules.get(rule)?.trees === true) {
    const { committedTokens, roundMilliseconds } = withTree.tree.prediction;
    const plain = withTree.roundCosts?.milliseconds[0] as number;
    const costs = { plain, tree: roundMilliseconds };
    return createTreeDraftLength({
      nodes: withTree.tree.parents.length,
      committedTokens,
      roundCosts: costs,
    });
  }
  if (drafter?.draftLength !== undefined) return drafter.draftLength;
  const [single] = planned;
  const known = single && knownOf(single);
  return known?.lengths === undefined ? createFixedDraftLength(0) : createLearningDraftLength(known);
}
