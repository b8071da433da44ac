import { InsufficientMemoryError, type LanguageModel } from '@foretoken/core';
import { bytesText } from '@foretoken/hub';
import { machineMemory } from '@foretoken/models';

/**
 * Loads a model into the memory that open ones leave.
 *
 * @param load is given the bytes that there are; undefined: the machine's.
 * @throws InsufficientMemoryError with the numbers of all; what `load` throws.
 */
export async function loadBeside(
  open: readonly LanguageModel[],
  load: (memoryLimit: number | undefined) => Promise<LanguageModel>,
): Promise<LanguageModel> {
  if (open.length === 0) return load(undefined);
  const taken = open.flatMap((model) => Object.values(model.memory())).reduce((sum, bytes) => sum + bytes, 0);
  try {
    return await load(Math.max(1, machineMemory() - taken));
  } catch (error) {
    if (!(error instanceof InsufficientMemoryError)) throw error;
    const names = open.map(({ name }) => name).join(' and ');
    throw new InsufficientMemoryError(
      `Beside ${names}, which ${open.length === 1 ? 'takes' : 'take'} ${bytesText(taken)}: ${error.message}`,
      { cause: error },
    );
  }
}
