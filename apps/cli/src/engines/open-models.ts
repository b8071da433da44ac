import {
  createForcedTokenDrafter,
  type Drafter,
  InsufficientMemoryError,
  type LanguageModel,
} from '@foretoken/core';
import { bytesText } from '@foretoken/hub';
import { machineMemory } from '@foretoken/models';
import { tinyModels } from '@foretoken/tiny-models';
import { checkDraftSelection } from '../options/check-draft-selection.js';
import { engineSelection, modelPath, type ModelSelection } from '../options/model-options.js';
import { loadModel, selectionFor } from './backends.js';
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
  const options = { ...engineSelection(selection, signal), memoryLimit: memoryLeft(selection) };
  const { backend, draftBackend = backend, model, weightFormat } = selection;
  const file = modelPath(model, tinyModels.target);
  const own = selectionFor(backend, [backend, draftBackend], options);
  const target = await loadModel(backend, file, { ...own, weightFormat }).catch((error: unknown) => {
    throw besideOthers(error, selection);
  });
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

/** What models beside these leave. @returns undefined where there are none: the machine's. */
function memoryLeft({ memoryTaken }: ModelSelection): number | undefined {
  return memoryTaken === undefined ? undefined : Math.max(1, machineMemory() - memoryTaken);
}

function besideOthers(error: unknown, { memoryTaken }: ModelSelection): unknown {
  if (memoryTaken === undefined || !(error instanceof InsufficientMemoryError)) return error;
  const message = `Beside the models that are open, which take ${bytesText(memoryTaken)}: ${error.message}`;
  return new InsufficientMemoryError(message, { cause: error });
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
