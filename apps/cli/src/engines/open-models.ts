import type { LanguageModel } from '@foretoken/core';
import { tinyModels } from '@foretoken/tiny-models';
import { checkDraftSelection } from '../options/check-draft-selection.js';
import { engineSelection, modelPath, type ModelSelection } from '../options/model-options.js';
import { loadModel, selectionFor } from './backends.js';
import { type OpenDrafter, openDrafter } from './open-drafter.js';

/** The models of one command, opened. */
export interface OpenModels extends OpenDrafter {
  readonly target: LanguageModel;
}

/** Loads the target, and what drafts where that is asked for; closes what is open where one fails. */
export async function openModels(selection: ModelSelection, signal?: AbortSignal): Promise<OpenModels> {
  const parts = checkDraftSelection(selection);
  const options = engineSelection(selection, signal);
  const { backend, draftBackend = backend, model, weightFormat } = selection;
  const file = modelPath(model, tinyModels.target);
  const own = selectionFor(backend, [backend, draftBackend], options);
  const target = await loadModel(backend, file, { ...own, weightFormat });
  try {
    const opened = await openDrafter(parts, selection, target, options);
    return {
      ...opened,
      target,
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
