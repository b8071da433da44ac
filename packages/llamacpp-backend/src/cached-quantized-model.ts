import { readGguf } from '@foretoken/models';
import { cachedModelFile } from '@foretoken/models/cache';
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
  const made = { format, engine: nativeLibrary().version };
  return cachedModelFile(source, { label: format, made, cacheFolder: options.cacheFolder, signal }, (file) =>
    quantizeModel(source, file, { format, threads }),
  );
}
