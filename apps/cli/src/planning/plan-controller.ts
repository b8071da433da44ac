import {
  createFixedDraftLength,
  createLearningDraftLength,
  createTreeDraftLength,
  type DraftLengthController,
  verificationRules,
} from '@foretoken/core';
import type { PlannedDrafter } from '@foretoken/planner';

/**
 * A fresh controller that moves among the draft lengths of a plan's table, beginning with what was profiled, or drafts the
 * plan's trees. Of several drafters the last one's, whose drafts cost the most: the others are asked before it.
 *
 * @param rule that verifies: under one that takes no trees, what drafts trees drafts chains.
 */
export function planController(planned: readonly PlannedDrafter[], rule: string): DraftLengthController {
  const { table, roundCosts, priorAcceptance, tree } = planned.at(-1) ?? {};
  if (tree !== undefined && verificationRules.get(rule)?.trees === true) {
    const { committedTokens, roundMilliseconds } = tree.prediction;
    const plain = roundCosts?.milliseconds[0] as number;
    const costs = { plain, tree: roundMilliseconds };
    return createTreeDraftLength({ nodes: tree.parents.length, committedTokens, roundCosts: costs });
  }
  const lengths = table?.lengths.filter((length) => length > 0) ?? [];
  if (lengths.length === 0) return createFixedDraftLength(0);
  return createLearningDraftLength({ lengths, roundCosts, priorAcceptance });
}
