import { availableParallelism } from 'node:os';
import { EngineError } from '@foretoken/core';
import koffi, { type LibraryHandle } from 'koffi';
import { findLibrary, type LibraryPaths, supportedVersion } from './library-path.js';
import { bindFunctions, type NativeFunctions, type Pointer } from './native-functions.js';
import { createThreadPool } from './thread-pool.js';

export interface NativeLibrary extends NativeFunctions {
  readonly version: string;
  /** The npm package that it came from. */
  readonly packageName: string;
  /** Compute threads that all passes of the process share; at most `poolThreads` work on one. */
  readonly pool: Pointer;
  readonly poolThreads: number;
}

let loaded: NativeLibrary | undefined;

/**
 * Loads libllama once for the process.
 *
 * @throws EngineError where the library is missing, cannot be loaded, or has another version.
 */
export function nativeLibrary(): NativeLibrary {
  loaded ??= load(findLibrary());
  return loaded;
}

/** As large as a thread's own. */
const callStackBytes = 8 * 1024 * 1024;

/**
 * Calls off the event loop run on stacks that koffi makes, and it can be told their size only before it loads its
 * first library. Foretoken's other engine needs more than koffi's 128 KiB in the same process.
 */
function widenCallStacks(): void {
  try {
    koffi.config({ async_stack_size: callStackBytes });
  } catch {
    // Another library came first; llama.cpp is content with what there is.
  }
}

function load(paths: LibraryPaths): NativeLibrary {
  widenCallStacks();
  try {
    const base = koffi.load(paths.ggmlBase);
    const ggml = koffi.load(paths.ggml);
    const library = koffi.load(paths.llama);
    const version: unknown = library.func('llama_version', 'str', [])();
    if (typeof version !== 'string' || !version.startsWith(supportedVersion)) {
      throw new EngineError(
        `${paths.packageName} has llama.cpp ${String(version)}; this version of Foretoken knows ${supportedVersion}. Install ${paths.packageName}@3.22.1.`,
      );
    }
    silence(base, library);
    // ggml picks the variant for this CPU itself.
    ggml.func('ggml_backend_load_all_from_path', 'void', ['str'])(paths.folder);
    library.func('llama_backend_init', 'void', [])();
    const functions = bindFunctions(library);
    checkStructures(functions);
    const poolThreads = availableParallelism();
    const pool = createThreadPool(base, ggml, poolThreads);
    return { ...functions, version, packageName: paths.packageName, pool, poolThreads };
  } catch (error) {
    if (error instanceof EngineError) throw error;
    throw new EngineError(`The llama.cpp library in ${paths.packageName} does not load: ${String(error)}`, {
      cause: error,
    });
  }
}

/**
 * Turns the engine's log off. A JavaScript callback would be called from the engine's own threads, so the
 * log goes to a native function that ignores its arguments.
 */
function silence(base: LibraryHandle, library: LibraryHandle): void {
  const ignore: unknown = base.symbol('ggml_time_init');
  base.func('ggml_log_set', 'void', ['void *', 'void *'])(ignore, null);
  library.func('llama_log_set', 'void', ['void *', 'void *'])(ignore, null);
}

/** The defaults are known: read through a wrong layout, they come out as something else. */
function checkStructures(functions: NativeFunctions): void {
  const model = functions.modelDefaultParameters();
  const context = functions.contextDefaultParameters();
  const matches =
    model['use_extra_bufts'] === true &&
    model['vocab_only'] === false &&
    context['n_batch'] === 2048 &&
    context['n_ubatch'] === 512 &&
    context['type_k'] === 1 &&
    context['offload_kqv'] === true &&
    context['embeddings'] === false;
  if (!matches) {
    throw new EngineError(
      'The llama.cpp library lays out its parameters in another way than its version says.',
    );
  }
}
