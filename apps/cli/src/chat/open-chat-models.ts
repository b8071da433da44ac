import type { ChatMessage } from '@foretoken/models';
import type { OpenModels } from '../engines/open-models.js';
import type { DraftLength } from '../options/draft-length.js';
import { openSelection, type RunSelection, selectedModel } from '../planning/open-selection.js';
import type { ConversationModels } from './conversation.js';
import { findTemplate } from './find-template.js';

/** What a chat opens. */
export interface ChatModelsSelection extends RunSelection {
  /** A file of Jinja, or "chatml", in place of the model's own template. */
  readonly chatTemplate: string | undefined;
  readonly draftLength: DraftLength;
  /** That verifies drafts. */
  readonly rule: string;
  /** What the conversation begins with: the template has to take it. */
  readonly messages: readonly ChatMessage[];
}

export interface OpenChatModels
  extends ConversationModels,
    Pick<OpenModels, 'draft' | 'pastOutputs' | 'close'> {}

/**
 * Opens what a chat needs; the template first, since it takes no time and often is what fails.
 *
 * @throws what `findTemplate` and `openSelection` throw; ChatTemplateError for messages that it does not take.
 */
export async function openChatModels(
  selection: ChatModelsSelection,
  signal: AbortSignal,
): Promise<OpenChatModels> {
  const { chatTemplate, draftLength, rule, messages } = selection;
  const template = await findTemplate(selectedModel(selection), chatTemplate);
  template.render([...messages, { role: 'user', content: 'Hello' }]);
  const opened = await openSelection(selection, signal);
  return { ...opened, template, draftLength: opened.createDraftLength(draftLength, rule) };
}
