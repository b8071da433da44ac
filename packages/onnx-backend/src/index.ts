export { generateGraph } from './graph/generate-graph.js';
export type { GraphManifest } from './graph/graph-manifest.js';
export type { GraphOptions, GraphWeightFormat } from './graph/graph-options.js';
export { onnxBackend } from './model/load-model.js';
export type { OnnxOptions } from './model/onnx-options.js';
