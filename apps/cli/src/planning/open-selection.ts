import type { DraftLengthController } from '@foretoken/core';
import type { Plan, PlannedDrafter } from '@foretoken/planner';
import { type OpenModels, openModels } from '../engines/open-models.js';
import { type DraftLength, draftLengthController } from '../options/draft-length.js';
import type { ModelSelection } from '../options/model-options.js';
import { openPlan, type PlanFlags } from './open-plan.js';
import { planController } from './plan-controller.js';
import { planSelection } from './plan-selection.js';

/** What a command runs: the models that its options name or, with a plan, what that says. */
export interface RunSelection {
  readonly models: ModelSelection & PlanFlags;
  readonly plan: Plan | undefined;
}

export interface OpenSelection extends OpenModels {
  /** Of a plan, the drafters that were opened; none without one. */
  readonly planned: readonly PlannedDrafter[];
  /**
   * A fresh controller; "auto" is what the plan has, or undefined: the core's own.
   *
   * @param rule that verifies.
   */
  createDraftLength(length: DraftLength, rule: string): DraftLengthController | undefined;
}

/** The target, as `--model` names it. */
export function selectedModel({ models, plan }: RunSelection): string {
  return plan === undefined ? models.model : planSelection(plan, plan.drafters).model;
}

/** @throws what `openModels` and `openPlan` throw. */
export async function openSelection(
  { models, plan }: RunSelection,
  signal: AbortSignal,
): Promise<OpenSelection> {
  if (plan === undefined) {
    return { ...(await openModels(models, signal)), planned: [], createDraftLength: draftLengthController };
  }
  const opened = await openPlan(plan, models, signal);
  return {
    ...opened,
    createDraftLength: (length, rule) =>
      length === 'auto' ? planController(opened, rule) : draftLengthController(length),
  };
}
