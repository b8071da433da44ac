import { cachedModelFile } from '../cache/cached-model-file.js';
import { readGguf } from '../gguf/read-gguf.js';
import { keptLayers } from './layer-selection.js';
import { prunableLayers, pruneLayers, type PruneOptions } from './prune-layers.js';

export interface CachedPruneOptions extends PruneOptions {
  /** Default: FORETOKEN_CACHE, else the system's folder for caches. */
  readonly cacheFolder?: string | undefined;
}

/**
 * The path of a GGUF model with only some of another's layers (see `pruneLayers`), from the cache or written into it;
 * the source itself where all its layers stay. The name is made of the source's content and the layers.
 *
 * @throws as `pruneLayers` does; CacheWriteError where the cache folder cannot be written or is full.
 */
export async function cachedPrunedModel(source: string, options: CachedPruneOptions): Promise<string> {
  const layers = keptLayers(source, prunableLayers(await readGguf(source)), options);
  if (layers === undefined) return source;
  const { signal } = options;
  return cachedModelFile(
    source,
    { label: `${layers.length}-layers`, made: { layers }, cacheFolder: options.cacheFolder, signal },
    (file) => pruneLayers(source, file, { layers, signal }),
  );
}
