import { afterReading, type Plan, type PlannedDrafter } from '@foretoken/planner';
import type { Comparison } from '../benchmark/compare-runs.js';
import type { DraftLength } from '../options/draft-length.js';
import { speedupText } from '../output/comparison-table.js';
import { estimateText } from '../output/estimate-text.js';
import { promptReadingCost } from './prompt-reading-cost.js';

type Estimate = Plan['predicted']['speedup'];

/** What of a plan is asked: its speed with some drafters, one length, and answers of so many tokens. */
export interface AskedSpeed {
  readonly planned: readonly PlannedDrafter[];
  readonly draftLength: DraftLength;
  /** Undefined: without what drafters take to read the prompt. */
  readonly tokens: number | undefined;
}

/** What a plan predicts; undefined where it says nothing of it. */
export function predictedOf(plan: Plan, { planned, draftLength, tokens }: AskedSpeed): Estimate | undefined {
  const predicted = decodingSpeed(plan, planned, draftLength);
  if (predicted === undefined || tokens === undefined) return predicted;
  return afterReading(predicted, promptReadingCost(plan, planned), tokens);
}

function decodingSpeed(
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
