import type { DraftLengthController } from '@foretoken/core';
import type { PlannedDrafter } from '@foretoken/planner';
import { adaptiveController } from '../options/draft-length.js';

/**
 * A fresh controller with a plan's costs and acceptance to start from; undefined where nothing drafts. Of several drafters
 * the last one's, whose drafts cost the most: the others are asked before it.
 */
export function planController(planned: readonly PlannedDrafter[]): DraftLengthController | undefined {
  const last = planned.at(-1);
  if (last === undefined) return undefined;
  const byPasses = last.draft !== null || last.drafter.kind === 'head';
  return adaptiveController(last.roundCosts, last.priorAcceptance, byPasses);
}
