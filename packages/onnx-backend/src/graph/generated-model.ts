import type { OnnxGraph, OnnxModel } from './file/onnx-model.js';
import { generatorVersion } from './graph-manifest.js';

/** The first with RMSNormalization (23), Swish and TensorScatter (24). */
const operatorSet = 24;

/** A generated graph as a model. */
export function generatedModel(graph: OnnxGraph, metadata: ReadonlyMap<string, string>): OnnxModel {
  const contrib = graph.nodes.some(({ domain }) => domain === 'com.microsoft');
  return {
    graph,
    operatorSets: new Map([['', operatorSet], ...(contrib ? ([['com.microsoft', 1]] as const) : [])]),
    producer: { name: 'foretoken', version: String(generatorVersion) },
    metadata,
  };
}
