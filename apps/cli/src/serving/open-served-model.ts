import { type SamplingSettings, UnsupportedError } from '@foretoken/core';
import type { ChatTemplate } from '@foretoken/models';
import type { ServedModel } from '@foretoken/server';
import { findTemplate } from '../chat/find-template.js';
import type { DraftLength } from '../options/draft-length.js';
import { modelFimTokens } from '../options/fim-prompt.js';
import { openSelection, type RunSelection, selectedModel } from '../planning/open-selection.js';

/** What a server opens. */
export interface ServedSelection extends RunSelection {
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

/** @throws what `findTemplate` and `openSelection` throw; a model without a template is served all the same. */
export async function openServedModel(
  selection: ServedSelection,
  signal: AbortSignal,
): Promise<OpenServedModel> {
  const { chatTemplate, draftLength, rule, sampling } = selection;
  const model = selectedModel(selection);
  const template = await templateIfAny(model, chatTemplate);
  const opened = await openSelection(selection, signal);
  try {
    const { target, drafter, structuredDrafter, pastOutputs } = opened;
    return {
      model: {
        name: selection.name ?? target.name,
        target,
        drafter,
        structuredDrafter,
        createDraftLength: () => opened.createDraftLength(draftLength, rule),
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
