import { UnsupportedError } from '@foretoken/core';
import type { OnnxModel } from '../file/onnx-model.js';
import { generatedModel } from '../generated-model.js';
import type { GraphManifest } from '../graph-manifest.js';
import type { GraphLayout } from '../layout/graph-layout.js';
import type { DecoderWeights } from '../weights/decoder-weights.js';
import { decoderGraph } from './decoder-graph.js';

/**
 * The ONNX model of a decoder.
 *
 * @throws UnsupportedError where the source has weights that have no place in it.
 */
export function decoderModel(
  weights: DecoderWeights,
  manifest: GraphManifest,
  layout: GraphLayout,
  metadata: ReadonlyMap<string, string>,
): OnnxModel {
  const used = new Set<string>();
  const find: DecoderWeights['find'] = (name) => {
    used.add(name);
    return weights.find(name);
  };
  const graph = decoderGraph({ ...weights, find }, manifest, layout);
  const unused = weights.names().find((name) => !used.has(name));
  if (unused !== undefined) {
    throw new UnsupportedError(
      `${weights.path}: the tensor ${unused} has no place in a dense ${manifest.architecture} model; ONNX graphs of such variants cannot be generated.`,
    );
  }
  return generatedModel(graph, metadata);
}
