import { createHash } from 'node:crypto';
import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { readGguf } from '@foretoken/models';
import {
  asCacheWriteError,
  cacheFolder,
  isComplete,
  recordComplete,
  rememberedHash,
  temporaryPath,
} from '@foretoken/models/cache';
import { nativeLibrary } from './native-library.js';
import {
  assertQuantizationFormat,
  type QuantizationFormat,
  quantizationFormats,
  quantizeModel,
} from './quantize-model.js';

export interface CachedQuantizeOptions {
  readonly format: QuantizationFormat;
  /** CPU threads of the quantisation; default: all. */
  readonly threads?: number | undefined;
  /** Default: FORETOKEN_CACHE, else the system's folder for caches. */
  readonly cacheFolder?: string | undefined;
  /** The engine cannot stop a quantisation that runs: it is heard before and after. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * The path of a GGUF model in another weight format (see `quantizeModel`, with the mix of formats that the engine keeps),
 * from the cache or written into it; the source itself where it says that it has this format. The name is made of the
 * source's content, the format, and the engine's version.
 *
 * @throws as `quantizeModel` does; CacheWriteError where the cache folder cannot be written or is full.
 */
export async function cachedQuantizedModel(source: string, options: CachedQuantizeOptions): Promise<string> {
  const { format, threads, signal } = options;
  assertQuantizationFormat(format);
  const { metadata } = await readGguf(source);
  if (metadata.get('general.file_type') === quantizationFormats[format]) return source;
  const folder = cacheFolder('gguf', options.cacheFolder);
  const sourceHash = await rememberedHash(source, folder, signal);
  const made = { sourceHash, format, engine: nativeLibrary().version };
  const key = createHash('sha256').update(JSON.stringify(made)).digest('hex').slice(0, 24);
  const stem = path.basename(source).replace(/\.gguf$/i, '');
  const target = path.join(folder, `${stem}-${format}-${key}.gguf`);
  if (await isComplete(target)) return target;
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw asCacheWriteError(error, folder);
  }
  // Of its own name, since another load may be at the same.
  const temporary = temporaryPath(target);
  await quantizeModel(source, temporary, { format, threads });
  try {
    signal?.throwIfAborted();
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw asCacheWriteError(error, target);
  }
  await recordComplete([target], signal);
  return target;
}
