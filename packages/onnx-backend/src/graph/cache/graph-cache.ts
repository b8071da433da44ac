import { createHash } from 'node:crypto';
import { mkdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { ForetokenError } from '@foretoken/core';
import { asCacheWriteError } from '../file/cache-errors.js';
import { graphCacheFolder } from './cache-folder.js';
import { rememberedHash } from './content-hash.js';
import { openDecoderWeights } from '../weights/decoder-source.js';
import { graphManifest, writeGraph } from '../generate-graph.js';
import type { GraphManifest } from '../graph-manifest.js';
import type { GraphOptions } from '../graph-options.js';
import { hashFile } from './hash-file.js';
import { readManifest } from '../read-manifest.js';
import { readOnnx } from '../file/read-onnx.js';
import { writeJson } from './write-json.js';
import type { WriteOnnxOptions } from '../file/write-onnx.js';

export interface CachedGraph {
  /** The ONNX file. */
  readonly path: string;
  readonly manifest: GraphManifest;
  /** False where it was in the cache already. */
  readonly generated: boolean;
}

/** What lies beside a cached graph: its files as they were when it was complete. */
interface CacheRecord {
  readonly files: readonly { readonly name: string; readonly byteLength: number; readonly hash: string }[];
}

/**
 * The graph of a model with the options given, from the cache or generated into it. The name in the cache is
 * made of the source's content, the generator's version and every option, so a change of any of them makes
 * another file. A cached graph counts only if the SHA-256 of each of its files is the recorded one; otherwise it
 * is generated anew.
 *
 * @param source a GGUF file, or a Hugging Face folder with config.json and safetensors.
 * @throws InvalidModelFileError, UnsupportedError, InvalidArgumentError for the source and the options,
 *   CacheWriteError where the cache folder cannot be written or is full.
 */
export async function cachedGraph(
  source: string,
  options: GraphOptions & WriteOnnxOptions & { readonly cacheFolder?: string | undefined } = {},
): Promise<CachedGraph> {
  const folder = graphCacheFolder(options.cacheFolder);
  const weights = await openDecoderWeights(source, (file) => rememberedHash(file, folder, options.signal));
  const manifest = graphManifest(weights, options);
  const key = createHash('sha256').update(JSON.stringify(manifest)).digest('hex').slice(0, 24);
  const stem = path.basename(path.resolve(source)).replace(/\.gguf$/i, '');
  const target = path.join(folder, `${stem}-${manifest.weightFormat}-${key}.onnx`);
  const recordPath = `${target}.json`;
  if (await isIntact(target, recordPath, manifest)) return { path: target, manifest, generated: false };
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw asCacheWriteError(error, folder);
  }
  const written = await writeGraph(weights, manifest, target, options);
  const files: CacheRecord['files'][number][] = [];
  for (const file of written) {
    files.push({
      name: path.basename(file),
      byteLength: (await stat(file)).size,
      hash: await hashFile(file, options.signal),
    });
  }
  try {
    await writeJson(recordPath, { files } satisfies CacheRecord);
  } catch (error) {
    throw asCacheWriteError(error, recordPath);
  }
  return { path: target, manifest, generated: true };
}

async function isIntact(target: string, recordPath: string, manifest: GraphManifest): Promise<boolean> {
  try {
    const { files } = JSON.parse(await readFile(recordPath, 'utf8')) as CacheRecord;
    if (files[0]?.name !== path.basename(target)) return false;
    for (const { name, byteLength, hash } of files) {
      const file = path.join(path.dirname(target), path.basename(name));
      if ((await stat(file)).size !== byteLength || (await hashFile(file)) !== hash) return false;
    }
    const found = readManifest(await readOnnx(target));
    return JSON.stringify(found) === JSON.stringify(manifest);
  } catch (error) {
    // No record, a damaged one, a file that is missing: all the same as no cached graph.
    if (ForetokenError.isInstance(error) || error instanceof SyntaxError || error instanceof TypeError)
      return false;
    if (typeof (error as NodeJS.ErrnoException).code === 'string') return false;
    throw error;
  }
}
