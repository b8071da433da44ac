import { createHash } from 'node:crypto';
import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { asCacheWriteError } from '../cache/cache-errors.js';
import { cacheFolder } from '../cache/cache-folder.js';
import { isComplete, recordComplete } from '../cache/complete-files.js';
import { rememberedHash } from '../cache/content-hash.js';
import { temporaryPath } from '../cache/temporary-path.js';
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
  const folder = cacheFolder('gguf', options.cacheFolder);
  const sourceHash = await rememberedHash(source, folder, signal);
  const key = createHash('sha256').update(JSON.stringify({ sourceHash, layers })).digest('hex').slice(0, 24);
  const stem = path.basename(source).replace(/\.gguf$/i, '');
  const target = path.join(folder, `${stem}-${layers.length}-layers-${key}.gguf`);
  if (await isComplete(target)) return target;
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw asCacheWriteError(error, folder);
  }
  // Of its own name, since another load may be at the same.
  const temporary = temporaryPath(target);
  await pruneLayers(source, temporary, { layers, signal });
  try {
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw asCacheWriteError(error, target);
  }
  await recordComplete([target], signal);
  return target;
}
