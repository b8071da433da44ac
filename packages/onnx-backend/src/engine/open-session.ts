import { EngineError, UnsupportedError } from '@foretoken/core';
import type { OnnxSession } from './onnx-session.js';
import type { SessionOptions } from './session-options.js';
import { openStockSession } from './stock-session.js';

/** How the engine is reached: `native` through its C API, `stock` through onnxruntime-node's JavaScript API. */
export type Access = 'native' | 'stock';

/**
 * Loads a graph.
 *
 * @param access undefined: native, and stock where koffi or the library does not load.
 * @throws EngineError, InvalidModelFileError, UnsupportedError.
 */
export async function openSession(
  path: string,
  access: Access | undefined,
  options: SessionOptions,
): Promise<OnnxSession> {
  if (access === 'stock') return openStock(path, options);
  const native = await loadNative(options).catch((error: unknown) => {
    if (access === 'native' || options.libraryPath !== undefined) throw error;
    return undefined;
  });
  return native === undefined ? openStock(path, options) : native.openNativeSession(path, options);
}

async function openStock(path: string, options: SessionOptions): Promise<OnnxSession> {
  if (options.provider?.name.toUpperCase() === 'CUDA') {
    throw new UnsupportedError(
      "ONNX Runtime's JavaScript API cannot keep a cache on a CUDA device: use native access.",
    );
  }
  return openStockSession(path, options);
}

/** Imported only here: koffi has no binary for some platforms. @throws EngineError. */
async function loadNative({ libraryPath }: SessionOptions): Promise<typeof import('./native-session.js')> {
  try {
    const [native, { ortLibrary }] = await Promise.all([
      import('./native-session.js'),
      import('./ort-library.js'),
    ]);
    ortLibrary(libraryPath);
    return native;
  } catch (error) {
    if (error instanceof EngineError) throw error;
    throw new EngineError(`ONNX Runtime's C API cannot be reached: ${String(error)}`, { cause: error });
  }
}
