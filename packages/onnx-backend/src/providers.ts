import { EngineError } from '@foretoken/core';
import type { ProviderReport } from './engine/list-providers.js';

/**
 * The execution providers that ONNX Runtime's library was built with, and why some of them do not load here.
 *
 * @param options.libraryPath default: the library that onnxruntime-node ships.
 * @throws EngineError where the library or koffi does not load.
 */
export async function listProviders(
  options: { readonly libraryPath?: string | undefined } = {},
): Promise<ProviderReport[]> {
  const { tryProviders } = await importNative();
  return tryProviders(options.libraryPath);
}

/** Imported only here: koffi has no binary for some platforms. */
async function importNative(): Promise<typeof import('./engine/list-providers.js')> {
  try {
    return await import('./engine/list-providers.js');
  } catch (error) {
    throw new EngineError(`koffi does not load on this machine: ${String(error)}`, { cause: error });
  }
}
