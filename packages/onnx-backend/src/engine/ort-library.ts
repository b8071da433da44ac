import path from 'node:path';
import { EngineError } from '@foretoken/core';
import koffi, { type LibraryHandle } from 'koffi';
import { limitAllocator } from './system-allocator.js';
import { widenCallStacks } from './call-stacks.js';
import { findLibrary } from './library-path.js';
import { bindFunctions, type OrtFunctions, type Pointer, tableLength } from './ort-functions.js';

/**
 * The version of the C API that this package asks for. 1.22 is the oldest release whose attention takes
 * positions and a bias, so a library that lacks it could not run the graphs either.
 */
const apiVersion = 22;

/** Of `OrtLoggingLevel`: failures come back as statuses, so the log has nothing to add. */
export const fatal = 4;

export interface OrtLibrary extends OrtFunctions {
  /** `1.30.0`. */
  readonly version: string;
  readonly path: string;
  /** Kept: koffi unloads a library whose handle is collected. */
  readonly handle: LibraryHandle;
  /** Process-wide; lives as long as the library. */
  readonly environment: Pointer;
}

const loaded = new Map<string, OrtLibrary>();

/**
 * Loads ONNX Runtime's library, once for the process.
 *
 * @param libraryPath default: the one that onnxruntime-node ships.
 * @throws EngineError where it is missing, cannot be loaded, or lacks the API version.
 */
export function ortLibrary(libraryPath: string = findLibrary()): OrtLibrary {
  const file = path.resolve(libraryPath);
  const known = loaded.get(file);
  if (known !== undefined) return known;
  const library = load(file);
  loaded.set(file, library);
  return library;
}

function load(file: string): OrtLibrary {
  widenCallStacks();
  limitAllocator();
  let handle: LibraryHandle;
  try {
    handle = koffi.load(file);
    handle.symbol('OrtGetApiBase');
  } catch (error) {
    throw new EngineError(`${file} does not load as ONNX Runtime's library: ${String(error)}`, {
      cause: error,
    });
  }
  const { api, version } = requestApi(file, handle, apiVersion);
  const functions = bindFunctions(
    koffi.decode(api, 'void *', tableLength) as Pointer[],
    (message) => new EngineError(`ONNX Runtime: ${message}`),
  );
  const environment = functions.createEnvironment(fatal, 'foretoken');
  return { ...functions, version, path: file, handle, environment };
}

/**
 * Asks a library for one version of its API.
 *
 * @returns the address of its table of functions, and the library's own version.
 * @throws EngineError where it does not offer that version.
 */
export function requestApi(
  file: string,
  handle: LibraryHandle,
  wanted: number,
): { readonly api: Pointer; readonly version: string } {
  const base: unknown = handle.func('OrtGetApiBase', 'void *', [])();
  // OrtApiBase: GetApi and GetVersionString.
  const [getApi, getVersion] = koffi.decode(base, 'void *', 2) as [Pointer, Pointer];
  const version = (koffi.decode(getVersion, koffi.proto('str', [])) as () => string)();
  const ask = koffi.decode(getApi, koffi.proto('void *', ['uint32'])) as (wanted: number) => Pointer | null;
  const api = ask(wanted);
  if (api === null || api === 0n) {
    throw new EngineError(
      `${file} is ONNX Runtime ${version}, which does not offer version ${wanted} of its C API: use ONNX Runtime 1.${wanted} or later.`,
    );
  }
  return { api, version };
}
