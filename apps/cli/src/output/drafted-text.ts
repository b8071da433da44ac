import type { PlannedDrafter } from '@foretoken/planner';

/** "7 tokens a round", or "trees of 12 nodes". */
export function draftedText({ predictedLength, tree }: PlannedDrafter): string {
  return tree === undefined ? `${predictedLength} tokens a round` : `trees of ${tree.parents.length} nodes`;
}
