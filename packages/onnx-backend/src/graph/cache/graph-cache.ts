import { createHash } from 'node:crypto';
import path from 'node:path';
import type { LayerSelection } from '@foretoken/models';
import { cacheFolder, rememberedHash } from '@foretoken/models/cache';
import { cachedFile } from './cached-file.js';
import type { DecoderWeights } from '../weights/decoder-weights.js';
import { hashSource } from '../weights/hash-source.js';
import { graphManifest, writeGraph } from '../generate-graph.js';
import type { GraphManifest } from '../graph-manifest.js';
import type { GraphOptions } from '../graph-options.js';
import { readManifest } from '../read-manifest.js';
import { readOnnx } from '../file/read-onnx.js';
import type { WriteOnnxOptions } from '../file/write-onnx.js';

export interface CachedGraph {
  /** The ONNX file. */
  readonly path: string;
  readonly manifest: GraphManifest;
  /** False where it was in the cache already. */
  readonly generated: boolean;
}

/**
 * The graph of a model with the options given, from the cache or generated into it. The name in the cache is
 * made of the source's content, the generator's version and every option, so a change of any of them makes
 * another file. A cached graph counts only if the SHA-256 of each of its files is the recorded one; otherwise it
 * is generated anew.
 *
 * @param weights of a GGUF file or a Hugging Face folder, with the layers that the graph is to have.
 * @throws InvalidModelFileError, UnsupportedError, InvalidArgumentError for the source and the options,
 *   CacheWriteError where the cache folder cannot be written or is full.
 */
export async function cachedGraph(
  weights: DecoderWeights,
  options: Omit<GraphOptions, keyof LayerSelection> &
    WriteOnnxOptions & { readonly cacheFolder?: string | undefined } = {},
): Promise<CachedGraph> {
  const folder = cacheFolder('onnx', options.cacheFolder);
  const sourceHash = await hashSource(weights.path, (file) => rememberedHash(file, folder, options.signal));
  const manifest = graphManifest(weights, sourceHash, options);
  const key = createHash('sha256').update(JSON.stringify(manifest)).digest('hex').slice(0, 24);
  const stem = path.basename(path.resolve(weights.path)).replace(/\.gguf$/i, '');
  const target = path.join(folder, `${stem}-${manifest.weightFormat}-${key}.onnx`);
  const generated = await cachedFile(target, {
    write: () => writeGraph(weights, manifest, target, options),
    isSound: async () => JSON.stringify(readManifest(await readOnnx(target))) === JSON.stringify(manifest),
    signal: options.signal,
  });
  return { path: target, manifest, generated };
}
