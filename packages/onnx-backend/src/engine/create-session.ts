import { configEntries, type ProviderOption, type SessionOptions } from './session-options.js';
import { loadError } from './load-error.js';
import { fatal, type OrtLibrary } from './ort-library.js';
import type { Pointer } from './ort-functions.js';
import { appendProvider } from './append-provider.js';

/** Of `GraphOptimizationLevel`. */
const allOptimizations = 99;

/**
 * Loads a graph through the C API.
 *
 * @param graph path of a file, or the bytes of one.
 * @throws EngineError, InvalidModelFileError, UnsupportedError with the engine's message.
 */
export async function createSession(
  library: OrtLibrary,
  graph: string | Uint8Array,
  options: SessionOptions,
): Promise<Pointer> {
  const settings = library.createSessionOptions();
  try {
    library.setThreads(settings, options.threads);
    library.setOptimizationLevel(settings, allOptimizations);
    library.setLogSeverity(settings, fatal);
    for (const [key, value] of Object.entries(configEntries)) {
      library.addConfigEntry(settings, key, value);
    }
    if (options.provider !== undefined) appendProvider(library, settings, options.provider);
    const { environment } = library;
    if (typeof graph !== 'string') {
      return library.createSessionFromBytes(environment, graph, graph.length, settings);
    }
    return await library.createSession(environment, graph, settings).catch((error: unknown) => {
      throw loadError(graph, error);
    });
  } finally {
    library.releaseSessionOptions(settings);
  }
}

/** Finds out whether a provider loads. @throws EngineError naming what is missing. */
export function tryProvider(library: OrtLibrary, provider: ProviderOption): void {
  const settings = library.createSessionOptions();
  try {
    appendProvider(library, settings, provider);
  } finally {
    library.releaseSessionOptions(settings);
  }
}
