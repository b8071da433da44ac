import { configEntries, type SessionOptions } from './session-options.js';
import { fatal, type OrtLibrary } from './ort-library.js';
import type { Pointer } from './ort-functions.js';
import { appendProvider } from './providers.js';

/** Of `GraphOptimizationLevel`. */
const allOptimizations = 99;

/**
 * Loads a graph through the C API.
 *
 * @param graph path of a file, or the bytes of one.
 * @throws EngineError with the engine's message.
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
    for (const [key, value] of Object.entries(configEntries(options))) {
      library.addConfigEntry(settings, key, value);
    }
    if (options.provider !== undefined) appendProvider(library, settings, options.provider);
    const { environment } = library;
    return typeof graph === 'string'
      ? await library.createSession(environment, graph, settings)
      : library.createSessionFromBytes(environment, graph, graph.length, settings);
  } finally {
    library.releaseSessionOptions(settings);
  }
}
