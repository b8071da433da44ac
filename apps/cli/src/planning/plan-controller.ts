import {
  createBetaSurvival,
  createTableDraftLength,
  createTreeDraftLength,
  type DraftLengthController,
  verificationRules,
} from '@foretoken/core';
import type { PlannedDrafter } from '@foretoken/planner';

/** Rounds before what drafts without passes is probed for the first time: it has nothing to catch up with. */
const earlyProbe = 32;

/**
 * A fresh controller that moves among a plan's draft lengths; undefined where nothing drafts. Of several drafters the last
 * one's, whose drafts cost the most: the others are asked before it.
 *
 * @param rule that verifies: under one that takes no trees, what drafts trees drafts chains.
 */
export function planController(
  planned: readonly PlannedDrafter[],
  rule: string,
): DraftLengthController | undefined {
  const last = planned.at(-1);
  if (last === undefined) return undefined;
  const { table, roundCosts, priorAcceptance, draft, drafter, tree } = last;
  if (tree !== undefined && verificationRules.get(rule)?.trees === true) {
    const { committedTokens, roundMilliseconds } = tree.prediction;
    return createTreeDraftLength({
      nodes: tree.parents.length,
      committedTokens,
      roundCosts: { plain: roundCosts.milliseconds[0] as number, tree: roundMilliseconds },
    });
  }
  const byPasses = draft !== null || drafter.kind === 'head';
  return createTableDraftLength({
    table,
    roundCosts,
    predictor: createBetaSurvival({ priorAcceptance }),
    firstProbe: byPasses ? undefined : earlyProbe,
  });
}
