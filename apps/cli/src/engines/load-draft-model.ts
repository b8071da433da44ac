import { InsufficientMemoryError, type LanguageModel } from '@foretoken/core';
import { bytesText } from '@foretoken/hub';
import { machineMemory } from '@foretoken/models';
import { type EngineSelection, loadModel } from './backends.js';

/**
 * Loads a model into what another one leaves of the machine's memory.
 *
 * @throws InsufficientMemoryError with the numbers of both; what `loadModel` throws.
 */
export async function loadBeside(
  loaded: LanguageModel,
  backend: string,
  source: string,
  selection: EngineSelection,
): Promise<LanguageModel> {
  const taken = Object.values(loaded.memory()).reduce((sum, bytes) => sum + bytes, 0);
  try {
    return await loadModel(backend, source, {
      ...selection,
      memoryLimit: Math.max(1, machineMemory() - taken),
    });
  } catch (error) {
    if (!(error instanceof InsufficientMemoryError)) throw error;
    throw new InsufficientMemoryError(`Beside ${loaded.name}, which takes ${bytesText(taken)}: ${error.message}`, {
      cause: error,
    });
  }
}
