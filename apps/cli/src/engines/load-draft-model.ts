import { InsufficientMemoryError, type LanguageModel } from '@foretoken/core';
import { bytesText } from '@foretoken/hub';
import { machineMemory, readGguf } from '@foretoken/models';
import { type EngineSelection, loadModel } from './backends.js';

/**
 * Loads a draft model beside its target: into the memory that the target leaves, and with no longer a context than it was
 * trained for. Where the text is longer, it drafts nothing.
 *
 * @throws InsufficientMemoryError with the numbers of both; what `loadModel` throws.
 */
export async function loadDraftModel(
  target: LanguageModel,
  backend: string,
  source: string,
  selection: EngineSelection,
): Promise<LanguageModel> {
  const taken = Object.values(target.memory()).reduce((sum, bytes) => sum + bytes, 0);
  const memoryLimit = Math.max(1, (selection.memoryLimit ?? machineMemory()) - taken);
  const contextLength = await ownContext(source, selection.contextLength);
  try {
    return await loadModel(backend, source, { ...selection, contextLength, memoryLimit });
  } catch (error) {
    if (!(error instanceof InsufficientMemoryError)) throw error;
    throw new InsufficientMemoryError(
      `Beside ${target.name}, which takes ${bytesText(taken)}: ${error.message}`,
      { cause: error },
    );
  }
}

async function ownContext(source: string, wanted: number | undefined): Promise<number | undefined> {
  if (wanted === undefined || !source.endsWith('.gguf')) return wanted;
  const { metadata } = await readGguf(source);
  const trained = metadata.get(`${String(metadata.get('general.architecture'))}.context_length`);
  return typeof trained === 'number' ? Math.min(wanted, trained) : wanted;
}
