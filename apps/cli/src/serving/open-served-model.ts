import { type SamplingSettings, UnsupportedError } from '@foretoken/core';
import type { ChatTemplate } from '@foretoken/models';
import type { Plan } from '@foretoken/planner';
import type { ServedModel } from '@foretoken/server';
import { findTemplate } from '../chat/find-template.js';
import { openModels } from '../engines/open-models.js';
import { type DraftLength, draftLengthController } from '../options/draft-length.js';
import { modelFimTokens } from '../options/fim-prompt.js';
import type { ModelSelection } from '../options/model-options.js';
import { openPlan } from '../planning/open-plan.js';
import { planController } from '../planning/plan-controller.js';
import { planSelection } from '../planning/plan-selection.js';

/** What a server opens: models by name, or what a plan says. */
export interface ServedSelection {
  readonly models: ModelSelection;
  readonly plan:
    | {
        readonly plan: Plan;
        readonly file: string | undefined;
        readonly allowStale: boolean | undefined;
      }
    | undefined;
  /** What requests call it; undefined: the target's name. */
  readonly name: string | undefined;
  /** A file of Jinja, or "chatml", in place of the model's own template. */
  readonly chatTemplate: string | undefined;
  readonly draftLength: DraftLength;
  readonly rule: string;
  readonly sampling: SamplingSettings;
}

export interface OpenServedModel {
  readonly model: ServedModel;
  /** Keeps an output for later runs, where a store was named. */
  readonly keepOutput: (tokens: readonly number[]) => Promise<void>;
  close(): Promise<void>;
}

/** @throws what `findTemplate`, `openModels` and `openPlan` throw; a model without a template is served all the same. */
export async function openServedModel(
  selection: ServedSelection,
  signal: AbortSignal,
): Promise<OpenServedModel> {
  const { plan, chatTemplate, draftLength, rule, sampling } = selection;
  const { model } = plan === undefined ? selection.models : planSelection(plan.plan, plan.plan.drafters);
  const template = await templateIfAny(model, chatTemplate);
  const planned =
    plan && (await openPlan(plan.plan, { plan: plan.file, allowStale: plan.allowStale }, signal));
  const opened = planned ?? (await openModels(selection.models, signal));
  try {
    const { target, drafter, pastOutputs } = opened;
    return {
      model: {
        name: selection.name ?? target.name,
        target,
        drafter,
        createDraftLength: () =>
          planned !== undefined && draftLength === 'auto'
            ? planController(planned, rule)
            : draftLengthController(draftLength),
        rule,
        sampling,
        chatTemplate: template,
        fimTokens: await modelFimTokens(target, model),
      },
      keepOutput: async (tokens) => pastOutputs?.add(tokens),
      close: () => opened.close(),
    };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

/** Undefined where the model brings none, and none is named: it continues texts. */
async function templateIfAny(model: string, named: string | undefined): Promise<ChatTemplate | undefined> {
  try {
    return await findTemplate(model, named);
  } catch (error) {
    if (named === undefined && error instanceof UnsupportedError) return undefined;
    throw error;
  }
}
