import type { Plan, PlannedDrafter } from '@foretoken/planner';
import type { Comparison } from '../benchmark/compare-runs.js';
import type { DraftLength } from '../options/draft-length.js';
import { speedupText } from '../output/comparison-table.js';
import { estimateText } from '../output/estimate-text.js';

type Estimate = Plan['predicted']['speedup'];

/** What a plan predicts of a draft length; undefined where it says nothing of it. */
export function predictedOf(
  plan: Plan,
  planned: readonly PlannedDrafter[],
  draftLength: DraftLength,
): Estimate | undefined {
  const isPlan = planned.every(({ name }, index) => name === plan.drafters[index]?.name);
  if (draftLength === 'auto')
    return isPlan && planned.length === plan.drafters.length ? plan.predicted.speedup : undefined;
  const [only, ...others] = planned;
  if (only === undefined || others.length > 0) return undefined;
  // Of fewer nodes its trees are others, and predictions by length are those of chains.
  if (only.tree !== undefined)
    return draftLength === only.tree.parents.length ? only.tree.prediction.speedup : undefined;
  return only.predictions.find(({ length }) => length === draftLength)?.speedup;
}

/** Predicted beside measured, both of all prompts together, and what to do where the one does not hold the other. */
export function predictedLine(predicted: Estimate, { workload }: Comparison): string {
  const { estimate } = workload;
  const error = 100 * (predicted.estimate / estimate - 1);
  const isOutside = estimate < predicted.lower || estimate > predicted.upper;
  const advice = isOutside
    ? '; outside of its interval: on texts or a machine like now, profile and plan anew'
    : '';
  return `predicted ${estimateText(predicted)}, measured ${speedupText(workload)}: ${error >= 0 ? '+' : ''}${error.toFixed(1)} %${advice}`;
}
