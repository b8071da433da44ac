import type { PlannedDrafter } from '../plan/plan-schema.js';

/** What a drafter of a plan gives with its trees, or at its best length; undefined: it does not pay. */
export function bestPrediction({
  tree,
  predictions,
  predictedLength,
}: PlannedDrafter): Omit<PlannedDrafter['predictions'][number], 'length'> | undefined {
  if (tree !== undefined) return tree.prediction;
  return predictedLength === 0 ? undefined : predictions.find(({ length }) => length === predictedLength);
}
