import { createHash } from 'node:crypto';
import path from 'node:path';
import { cacheFolder, rememberedHash } from '@foretoken/models/cache';
import { cachedFile } from '../graph/cache/cached-file.js';
import type { OnnxGraph } from '../graph/file/onnx-model.js';
import { writeOnnx } from '../graph/file/write-onnx.js';
import { chooseWeightFormat, graphManifest } from '../graph/generate-graph.js';
import { generatedModel } from '../graph/generated-model.js';
import { type GraphManifest, generatorVersion } from '../graph/graph-manifest.js';
import { eagleGraph } from './eagle-graph.js';
import type { HeadOptions } from './head-options.js';
import { type MlpSpeculatorSource, openHeadSource } from './head-source.js';
import { mlpSpeculatorGraph } from './mlp-speculator-graph.js';

/** A head's graph in the cache, and what running it takes. */
export type CachedHead = { readonly path: string; readonly name: string } & (
  | { readonly kind: 'eagle'; readonly manifest: GraphManifest }
  | { readonly kind: 'mlp-speculator'; readonly shape: MlpSpeculatorSource['shape'] }
);

/** The graph of a head, from the cache of graphs or generated into it. @throws what `loadHead` throws of files. */
export async function cachedHead(source: string, options: HeadOptions): Promise<CachedHead> {
  const folder = cacheFolder('onnx', options.cacheFolder);
  const hash = (file: string): Promise<string> => rememberedHash(file, folder, options.signal);
  const head = await openHeadSource(source, options.target, hash);
  const { name, contentHash } = head;
  if (head.kind === 'eagle') {
    // Taken apart, an entry has the same bits in whatever portions the text came, and positions may have gaps.
    const manifest = graphManifest(head.weights, contentHash, { ...options, trees: true, decomposed: true });
    const graph = (): OnnxGraph => eagleGraph(head.weights, manifest);
    return { kind: head.kind, name, manifest, path: await keep(source, folder, manifest, graph, options) };
  }
  const { kind, shape, weights } = head;
  const format = chooseWeightFormat(options.weightFormat, weights.find('output.weight')?.format);
  const accuracyLevel = options.accuracyLevel ?? 4;
  const identity = { generatorVersion, kind, format, accuracyLevel, contentHash };
  const graph = (): OnnxGraph => mlpSpeculatorGraph({ shape, weights }, format, accuracyLevel);
  return { kind, name, shape, path: await keep(source, folder, identity, graph, options) };
}

/** @param identity everything that the graph is made of. */
async function keep(
  source: string,
  folder: string,
  identity: object,
  graph: () => OnnxGraph,
  { signal }: HeadOptions,
): Promise<string> {
  const text = JSON.stringify(identity);
  const key = createHash('sha256').update(text).digest('hex').slice(0, 24);
  const stem = path.basename(path.resolve(source)).replace(/\.gguf$/i, '');
  const target = path.join(folder, `${stem}-head-${key}.onnx`);
  await cachedFile(target, {
    write: () => writeOnnx(target, generatedModel(graph(), new Map([['foretoken.head', text]])), { signal }),
    isSound: async () => true,
    signal,
  });
  return target;
}
