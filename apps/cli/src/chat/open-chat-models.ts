import type { Plan } from '@foretoken/planner';
import type { ChatMessage } from '@foretoken/models';
import { type OpenModels, openModels } from '../engines/open-models.js';
import { type DraftLength, draftLengthController } from '../options/draft-length.js';
import type { ModelSelection } from '../options/model-options.js';
import { openPlan } from '../planning/open-plan.js';
import { planController } from '../planning/plan-controller.js';
import { planSelection } from '../planning/plan-selection.js';
import type { ConversationModels } from './conversation.js';
import { findTemplate } from './find-template.js';

/** What a chat opens: models by name, or what a plan says. */
export interface ChatModelsSelection {
  readonly models: ModelSelection;
  readonly plan:
    | { readonly plan: Plan; readonly file: string; readonly allowStale: boolean | undefined }
    | undefined;
  /** A file of Jinja, or "chatml", in place of the model's own template. */
  readonly chatTemplate: string | undefined;
  readonly draftLength: DraftLength;
  /** That verifies drafts. */
  readonly rule: string;
  /** What the conversation begins with: the template has to take it. */
  readonly messages: readonly ChatMessage[];
}

export interface OpenChatModels extends ConversationModels, Pick<OpenModels, 'pastOutputs' | 'close'> {}

/**
 * Opens what a chat needs; the template first, since it takes no time and often is what fails.
 *
 * @throws what `findTemplate`, `openModels` and `openPlan` throw; ChatTemplateError for messages that it does not take.
 */
export async function openChatModels(
  selection: ChatModelsSelection,
  signal: AbortSignal,
): Promise<OpenChatModels> {
  const { plan, chatTemplate, draftLength, rule, messages } = selection;
  const { model } = plan === undefined ? selection.models : planSelection(plan.plan, plan.plan.drafters);
  const template = await findTemplate(model, chatTemplate);
  template.render([...messages, { role: 'user', content: 'Hello' }]);

  if (plan !== undefined) {
    const opened = await openPlan(plan.plan, { plan: plan.file, allowStale: plan.allowStale }, signal);
    const planned =
      draftLength === 'auto' ? planController(opened, rule) : draftLengthController(draftLength);
    return { ...opened, template, draftLength: planned };
  }
  const opened = await openModels(selection.models, signal);
  return { ...opened, template, draftLength: draftLengthController(draftLength) };
}
