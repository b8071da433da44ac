import { InvalidArgumentError } from '@foretoken/core';
import { decoderGraph } from './decoder-graph.js';
import type { DecoderWeights } from './decoder-weights.js';
import { type GraphManifest, generatorVersion, manifestKey } from './graph-manifest.js';
import type { GraphOptions, GraphWeightFormat } from './graph-options.js';
import { ggufWeights } from './gguf-weights.js';
import { hashFile } from './hash-file.js';
import type { OnnxModel } from './onnx-model.js';
import { writeOnnx, type WriteOnnxOptions } from './write-onnx.js';

/**
 * Generates the ONNX graph of a GGUF file and writes it to `target`.
 *
 * @throws InvalidModelFileError, UnsupportedError, InvalidArgumentError, CacheWriteError.
 */
export async function generateGraph(
  source: string,
  target: string,
  options: GraphOptions & WriteOnnxOptions = {},
): Promise<GraphManifest> {
  const weights = await ggufWeights(source, await hashFile(source, options.signal));
  const manifest = graphManifest(weights, options);
  await writeOnnx(target, onnxModel(weights, manifest), options);
  return manifest;
}

function onnxModel(weights: DecoderWeights, manifest: GraphManifest): OnnxModel {
  const graph = decoderGraph(weights, manifest);
  const contrib = graph.nodes.some(({ domain }) => domain === 'com.microsoft');
  return {
    graph,
    operatorSets: new Map([['', 24], ...(contrib ? ([['com.microsoft', 1]] as const) : [])]),
    producer: { name: 'foretoken', version: String(generatorVersion) },
    metadata: new Map([[manifestKey, JSON.stringify(manifest)]]),
  };
}

function graphManifest(weights: DecoderWeights, options: GraphOptions): GraphManifest {
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
    weightFormat: options.weightFormat ?? defaultFormat(weights),
    accuracyLevel: options.accuracyLevel ?? 4,
    trees: options.trees ?? true,
    cacheType: options.cacheType ?? 'float32',
    decomposed: options.decomposed ?? false,
    vocabularySize: shape.vocabularySize,
    contextLength,
    width: shape.width,
    layers: shape.layers,
    heads: shape.heads,
    keyValueHeads: shape.keyValueHeads,
    headWidth: shape.headWidth,
    sourceHash: weights.contentHash,
  };
}

/** The format that keeps the source's weights as they are, judged by the first layer's largest matrix. */
function defaultFormat(weights: DecoderWeights): GraphWeightFormat {
  const formats: Readonly<Record<string, GraphWeightFormat>> = { Q8_0: 'int8', Q4_0: 'int4', F16: 'float16' };
  return formats[weights.find('blk.0.ffn_down.weight')?.format ?? ''] ?? 'float32';
}
