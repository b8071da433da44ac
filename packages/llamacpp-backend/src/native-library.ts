import { availableParallelism } from 'node:os';
import { EngineError } from '@foretoken/core';
import koffi, { type LibraryHandle } from 'koffi';
import { checkStructures } from './check-structures.js';
import { checkVersion, findLibrary, type LibraryPaths } from './library-path.js';
import { bindFunctions, type NativeFunctions } from './native-functions.js';
import { mostThreads, ThreadPools } from './thread-pools.js';

export interface NativeLibrary extends NativeFunctions {
  readonly version: string;
  /** The npm package that it came from. */
  readonly packageName: string;
  /** Bytes of stack that a call on the event loop has. */
  readonly callStackBytes: number;
  /** Compute threads, which all passes of the process share. */
  readonly pools: ThreadPools;
  /** Most threads of a pass. */
  readonly cores: number;
  /** `cuda`, `vulkan`, `metal`, ...; undefined where there is no device that computes besides the CPU. */
  readonly gpu: string | undefined;
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
const asyncStackBytes = 8 * 1024 * 1024;
/** The most that koffi gives: the engine splits texts by regular expressions, which take stack by the character. */
const syncStackBytes = 16 * 1024 * 1024;

/**
 * Calls run on stacks that koffi makes, and it can be told their size only before it loads its first library. Foretoken's
 * other engine needs more than koffi's 128 KiB off the event loop in the same process.
 *
 * @returns bytes of the stack that calls on the event loop have.
 */
function widenCallStacks(): number {
  try {
    koffi.config({ async_stack_size: asyncStackBytes, sync_stack_size: syncStackBytes });
  } catch {
    // Another library came first; llama.cpp is content with what there is.
  }
  return koffi.config().sync_stack_size ?? 0;
}

function load(paths: LibraryPaths): NativeLibrary {
  const callStackBytes = widenCallStacks();
  try {
    const base = koffi.load(paths.ggmlBase);
    const ggml = koffi.load(paths.ggml);
    const library = koffi.load(paths.llama);
    const version: unknown = library.func('llama_version', 'str', [])();
    checkVersion(paths.packageName, version);
    silence(base, library);
    // ggml picks the variant for this CPU itself.
    ggml.func('ggml_backend_load_all_from_path', 'void', ['str'])(paths.folder);
    library.func('llama_backend_init', 'void', [])();
    const functions = bindFunctions(library);
    checkStructures(functions);
    return {
      ...functions,
      version,
      packageName: paths.packageName,
      callStackBytes,
      pools: new ThreadPools(base, ggml),
      cores: Math.min(availableParallelism(), mostThreads),
      gpu: gpuName(base, ggml),
    };
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

/** Numbers of ggml's kinds of devices with memory of their own, and of those that share the machine's. */
const gpuDevices: readonly number[] = [1, 2];

/** What the engine calls the first device that it could place layers on. */
function gpuName(base: LibraryHandle, ggml: LibraryHandle): string | undefined {
  const byType = ggml.func('ggml_backend_dev_by_type', 'void *', ['int32']);
  const registryOf = base.func('ggml_backend_dev_backend_reg', 'void *', ['void *']);
  const nameOf = base.func('ggml_backend_reg_name', 'str', ['void *']);
  const device: unknown = gpuDevices.map((type): unknown => byType(type)).find((found) => found !== null);
  return device === undefined ? undefined : (nameOf(registryOf(device)) as string).toLowerCase();
}
