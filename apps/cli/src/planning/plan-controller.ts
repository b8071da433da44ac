import {
  createFixedDraftLength,
  createLearningDraftLength,
  type DraftLengthController,
} from '@foretoken/core';
import type { PlannedDrafter } from '@foretoken/planner';

/**
 * A fresh controller that moves among the draft lengths of a plan's table, beginning with what was profiled. Of several
 * drafters the last one's, whose drafts cost the most: the others are asked before it.
 */
export function planController(planned: readonly PlannedDrafter[]): DraftLengthController {
  const { table, roundCosts, priorAcceptance } = planned.at(-1) ?? {};
  const lengths = table?.lengths.filter((length) => length > 0) ?? [];
  if (lengths.length === 0) return createFixedDraftLength(0);
  return createLearningDraftLength({ lengths, roundCosts, priorAcceptance });
}
