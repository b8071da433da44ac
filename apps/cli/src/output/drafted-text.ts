import type { PlannedDrafter } from '@foretoken/planner';

/** "7 tokens a round", "trees of 12 nodes", or that what it gains is not known yet. */
export function draftedText({ predictedLength, tree }: PlannedDrafter): string {
  if (tree === undefined && predictedLength === 0) return 'judged as it drafts';
  return tree === undefined ? `${predictedLength} tokens a round` : `trees of ${tree.parents.length} nodes`;
}
