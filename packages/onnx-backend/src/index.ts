export { generateGraph } from './graph/generate-graph.js';
export type { GraphManifest } from './graph/graph-manifest.js';
export type { GraphOptions, GraphWeightFormat } from './graph/graph-options.js';
