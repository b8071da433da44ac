import { InvalidArgumentError } from '@foretoken/core';
import { hashFile } from '@foretoken/models/cache';
import { decoderModel } from './decoder/decoder-model.js';
import { openDecoderWeights } from './weights/decoder-source.js';
import type { DecoderWeights } from './weights/decoder-weights.js';
import { hashSource } from './weights/hash-source.js';
import { type GraphManifest, generatorVersion, manifestKey } from './graph-manifest.js';
import type { GraphOptions, GraphWeightFormat } from './graph-options.js';
import { boundCacheLayout } from './layout/bound-cache-layout.js';
import { writeOnnx, type WriteOnnxOptions } from './file/write-onnx.js';

/**
 * Generates the ONNX graph of a GGUF file or a Hugging Face folder and writes it to `target`.
 *
 * @throws InvalidModelFileError, UnsupportedError, InvalidArgumentError, CacheWriteError.
 */
export async function generateGraph(
  source: string,
  target: string,
  options: GraphOptions & WriteOnnxOptions = {},
): Promise<GraphManifest> {
  const weights = await openDecoderWeights(source, options);
  const sourceHash = await hashSource(source, (file) => hashFile(file, options.signal));
  const manifest = graphManifest(weights, sourceHash, options);
  await writeGraph(weights, manifest, target, options);
  return manifest;
}

/** @returns the paths written, the model first. */
export function writeGraph(
  weights: DecoderWeights,
  manifest: GraphManifest,
  target: string,
  options: WriteOnnxOptions,
): Promise<readonly string[]> {
  const metadata = new Map([[manifestKey, JSON.stringify(manifest)]]);
  return writeOnnx(target, decoderModel(weights, manifest, boundCacheLayout, metadata), options);
}

/** @throws InvalidArgumentError. */
export function graphManifest(
  weights: DecoderWeights,
  sourceHash: string,
  options: GraphOptions,
): GraphManifest {
  const { shape } = weights;
  const { contextLength = shape.contextLength } = options;
  if (!Number.isInteger(contextLength) || contextLength < 1 || contextLength > shape.contextLength) {
    throw new InvalidArgumentError(
      `contextLength must be a whole number from 1 to ${shape.contextLength}, not ${contextLength}.`,
    );
  }
  return {
    generatorVersion,
    architecture: shape.architecture,
    weightFormat: chooseWeightFormat(
      options.weightFormat,
      // The first layer's largest matrix.
      weights.find('blk.0.ffn_down.weight')?.format,
    ),
    accuracyLevel: choice('accuracyLevel', options.accuracyLevel, 4, [1, 4]),
    trees: options.trees ?? true,
    cacheType: choice('cacheType', options.cacheType, 'float32', ['float32', 'float16']),
    decomposed: options.decomposed ?? false,
    vocabularySize: shape.vocabularySize,
    contextLength,
    width: shape.width,
    layers: shape.layers,
    heads: shape.heads,
    keyValueHeads: shape.keyValueHeads,
    headWidth: shape.headWidth,
    sourceHash,
    sourceLayers: weights.sourceLayers,
  };
}

const defaultFormats: Readonly<Record<string, GraphWeightFormat>> = {
  F32: 'float32',
  BF16: 'float32',
  F16: 'float16',
  Q4_0: 'int4',
};
/** Q8_0 as it is, and every other quantisation with the least that a graph adds to its errors. */
const quantizedFormat = 'int8';

/**
 * The format asked for; by default the one that keeps weights as they are stored, or closest to that.
 *
 * @param stored as the source names it; undefined: not known.
 *
 * @throws InvalidArgumentError.
 */
export function chooseWeightFormat(
  wanted: GraphWeightFormat | undefined,
  stored: string | undefined,
): GraphWeightFormat {
  const closest = stored === undefined ? 'float32' : (defaultFormats[stored] ?? quantizedFormat);
  return choice('weightFormat', wanted, closest, ['float32', 'float16', 'int8', 'int4']);
}

function choice<Value>(
  name: string,
  value: Value | undefined,
  fallback: Value,
  allowed: readonly Value[],
): Value {
  const chosen = value ?? fallback;
  if (allowed.includes(chosen)) return chosen;
  throw new InvalidArgumentError(`${name} must be one of ${allowed.join(', ')}, not ${String(chosen)}.`);
}
