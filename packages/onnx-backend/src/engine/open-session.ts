import { EngineError, InvalidArgumentError, UnsupportedError } from '@foretoken/core';
import type { OnnxSession } from './onnx-session.js';
import type { ProviderOption, SessionOptions } from './session-options.js';
import { openStockSession } from './stock-session.js';

/** How the engine is reached: `native` through its C API, `stock` through onnxruntime-node's JavaScript API. */
export type Access = 'native' | 'stock';

/** Loads a graph. @throws EngineError, InvalidModelFileError, UnsupportedError. */
export type OpenSession = (path: string, options: SessionOptions) => Promise<OnnxSession>;

/** What access depends on. */
export type AccessOptions = Pick<SessionOptions, 'provider' | 'libraryPath'>;

/**
 * Finds a way to the engine, before anything is loaded.
 *
 * @param access undefined: native, and stock where koffi or the library does not load.
 * @throws EngineError where there is none, or the provider does not load.
 */
export async function chooseAccess(access: Access | undefined, options: AccessOptions): Promise<OpenSession> {
  const { provider, libraryPath } = options;
  if (access === 'stock') {
    if (libraryPath !== undefined) {
      throw new InvalidArgumentError(
        "libraryPath is for native access; onnxruntime-node's JavaScript API brings its own library.",
      );
    }
    if (provider?.name === 'CUDA') {
      throw new UnsupportedError(
        "ONNX Runtime's JavaScript API cannot keep a cache on a CUDA device: use native access.",
      );
    }
    return openStockSession;
  }
  const native = await loadNative(libraryPath).catch((error: unknown) => {
    // What only native access can do cannot be done in the other way.
    if (access === 'native' || libraryPath !== undefined || provider?.name === 'CUDA') throw error;
    return undefined;
  });
  if (native === undefined) return openStockSession;
  if (provider !== undefined) native.checkProvider(provider, libraryPath);
  return native.openNativeSession;
}

interface NativeAccess {
  readonly openNativeSession: OpenSession;
  readonly checkProvider: (provider: ProviderOption, libraryPath: string | undefined) => void;
}

/** Imported only here: koffi has no binary for some platforms. @throws EngineError. */
async function loadNative(libraryPath: string | undefined): Promise<NativeAccess> {
  try {
    const { checkProvider, loadLibrary, openNativeSession } = await import('./native-session.js');
    loadLibrary(libraryPath);
    return { checkProvider, openNativeSession };
  } catch (error) {
    if (error instanceof EngineError) throw error;
    throw new EngineError(`ONNX Runtime's C API cannot be reached: ${String(error)}`, { cause: error });
  }
}
