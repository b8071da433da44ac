export { generateGraph } from './graph/generate-graph.js';
export type { GraphManifest } from './graph/graph-manifest.js';
export type { GraphOptions, GraphWeightFormat } from './graph/graph-options.js';
export type { Access } from './engine/open-session.js';
export type { ProviderReport } from './engine/list-providers.js';
export type { ProviderOption } from './engine/session-options.js';
export type { HeadOptions } from './heads/head-options.js';
export { loadHead } from './heads/load-head.js';
export { predictHeadMemory } from './heads/predict-head-memory.js';
export { onnxBackend } from './model/load-model.js';
export type { OnnxOptions } from './model/onnx-options.js';
export { predictMemory } from './model/predict-memory.js';
export { listProviders } from './providers.js';
export { withTransformersModel } from './model/with-transformers-model.js';
export type {
  TransformersModel,
  TransformersModelOptions,
  TransformersTokenizer,
} from './model/with-transformers-model.js';
