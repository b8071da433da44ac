import type { MemoryUse } from '@foretoken/core';
import type { GraphManifest } from '../graph/graph-manifest.js';
import { graphManifest } from '../graph/generate-graph.js';
import type { GraphWeightFormat } from '../graph/graph-options.js';
import { openDecoderWeights } from '../graph/weights/decoder-source.js';
import type { DecoderWeights, StoredWeights } from '../graph/weights/decoder-weights.js';
import { blockElements } from '../graph/weights/quantized-blocks.js';
import type { GeneratedDecoderSizes } from './generated-decoder.js';
import { decoderSizes } from './load-generated.js';
import { chooseContextLength } from './load-settings.js';
import { modelSource } from './model-source.js';
import type { OnnxOptions } from './onnx-options.js';

const float = Float32Array.BYTES_PER_ELEMENT;

/** Bytes of an element of a matrix: with 8 and 4 bits a float32 scale for every block is on top. */
const matrixBytes: Readonly<Record<GraphWeightFormat, number>> = {
  float32: float,
  float16: 2,
  int8: 1 + float / blockElements,
  int4: 0.5 + float / blockElements,
};

/**
 * What a model will take with one sequence read to the end of its context, as far as its source tells: the graph that is generated from it, the
 * sequence's cache, and the buffers of rows and inputs. Nothing of a source that is a graph already, and no cache with
 * `access: 'stock'`, where it grows with the tokens.
 *
 * @throws as loading the model does, but for the engine's own errors.
 */
export async function predictMemory(source: string, options: OnnxOptions = {}): Promise<Partial<MemoryUse>> {
  if ((await modelSource(source, options.weightFormat)).kind !== 'weights') return {};
  return memoryOf(await openDecoderWeights(source, options), options);
}

/** As `predictMemory`, of the weights that are loaded. */
export function memoryOf(
  stored: DecoderWeights,
  { access, weightFormat, cacheType, contextLength: wanted }: OnnxOptions,
): Partial<MemoryUse> {
  // No size depends on the source's hash, which takes reading all of it.
  const manifest = graphManifest(stored, '', { weightFormat, cacheType });
  const contextLength = chooseContextLength(wanted, manifest.contextLength);
  const { cache, ...others } = decoderMemory(stored, manifest, decoderSizes(manifest, contextLength));
  return { ...others, ...(access === 'stock' ? {} : { cache }) };
}

/** What a decoder takes with one sequence, by what it makes room for. */
export function decoderMemory(
  stored: DecoderWeights,
  manifest: GraphManifest,
  { capacity, passTokens, outputRows }: GeneratedDecoderSizes,
): MemoryUse {
  const elements = 2 * manifest.layers * manifest.keyValueHeads * manifest.headWidth;
  const cache = capacity * elements * (manifest.cacheType === 'float16' ? 2 : float);
  const rows = outputRows * (manifest.vocabularySize + manifest.width) * float;
  // Tokens, positions and rows of a pass.
  const inputs = 3 * passTokens * BigInt64Array.BYTES_PER_ELEMENT;
  // What a portion of the prompt at the end of the cache sees, where the graph takes trees.
  const bias = manifest.trees ? passTokens * capacity * float : 0;
  // Cosines and sines by position.
  const { rotary, local } = stored.shape;
  const tables = local === undefined || local.rotary === rotary ? 1 : 2;
  const angles = tables * 2 * manifest.contextLength * (rotary.width / 2) * float;
  return {
    weights: weightBytes(stored, manifest.weightFormat) + angles,
    cache,
    buffers: rows + inputs + bias,
  };
}

/** Matrices in the graph's format, vectors in float32. */
export function weightBytes(
  stored: Pick<StoredWeights, 'names' | 'find'>,
  format: GraphWeightFormat,
): number {
  let bytes = 0;
  for (const name of stored.names()) {
    const weight = stored.find(name);
    if (weight === undefined) continue;
    const elements = weight.rows * weight.columns;
    bytes += elements * (weight.rows === 1 ? float : matrixBytes[format]);
  }
  return Math.round(bytes);
}
