import { createForcedTokenDrafter, type Drafter, type LanguageModel } from '@foretoken/core';
import { tinyModels } from '@foretoken/tiny-models';
import { checkDraftSelection } from '../options/check-draft-selection.js';
import { engineSelection, modelPath, type ModelSelection } from '../options/model-options.js';
import { loadModel, selectionFor } from './backends.js';
import { loadBeside } from './load-beside.js';
import { type OpenDrafter, openDrafter } from './open-drafter.js';

/** The models of one command, opened. */
export interface OpenModels extends OpenDrafter {
  readonly target: LanguageModel;
  /** What drafts where a grammar is set: the tokens that it forces, then `drafter`. Closed with that one. */
  readonly structuredDrafter: Drafter | undefined;
}

/** Loads the target, and what drafts where that is asked for; closes what is open where one fails. */
export async function openModels(selection: ModelSelection, signal?: AbortSignal): Promise<OpenModels> {
  const parts = checkDraftSelection(selection);
  const options = engineSelection(selection, signal);
  const { backend, draftBackend = backend, model, weightFormat, beside = [] } = selection;
  const file = modelPath(model, tinyModels.target);
  const own = selectionFor(backend, [backend, draftBackend], options);
  const target = await loadBeside(beside, (memoryLimit) =>
    loadModel(backend, file, { ...own, weightFormat, memoryLimit }),
  );
  try {
    const opened = await openDrafter(parts, selection, target, options);
    return {
      ...opened,
      target,
      structuredDrafter: structuredDrafter(opened.drafter, target, selection.draft),
      close: async () => {
        await opened.close();
        await target.close();
      },
    };
  } catch (error) {
    await target.close();
    throw error;
  }
}

/** Forced tokens need no model, so that they are drafted unless nothing is to draft or the target cannot take tokens back. */
function structuredDrafter(
  drafter: Drafter | undefined,
  target: LanguageModel,
  named: string | undefined,
): Drafter | undefined {
  if (drafter !== undefined) return createForcedTokenDrafter({ inner: drafter });
  return named === 'none' || !target.capabilities.rollback ? undefined : createForcedTokenDrafter();
}
