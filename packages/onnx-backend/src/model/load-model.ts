import { availableParallelism } from 'node:os';
import { type Backend, contractVersion, InvalidArgumentError, type LanguageModel } from '@foretoken/core';
import { assertMemory } from '@foretoken/models';
import { chooseAccess } from '../engine/open-session.js';
import type { ProviderOption } from '../engine/session-options.js';
import { cachedGraph } from '../graph/cache/graph-cache.js';
import { readManifest } from '../graph/read-manifest.js';
import { readOnnx } from '../graph/file/read-onnx.js';
import { openDecoderWeights } from '../graph/weights/decoder-source.js';
import { fileBytes } from './file-bytes.js';
import { findTokenizer } from './find-tokenizer.js';
import { loadExported } from './load-exported.js';
import { loadGenerated } from './load-generated.js';
import { checkWhole, defaultSequences, type LoadSettings, mostSequences } from './load-settings.js';
import { memoryOf } from './predict-memory.js';
import { modelSource } from './model-source.js';
import type { OnnxOptions } from './onnx-options.js';

/**
 * ONNX Runtime behind the contract. A model is a GGUF file or a Hugging Face folder with safetensors, for which a
 * graph is generated once and kept; or an ONNX file: one that was generated before, or an export for
 * transformers.js, also named by its folder.
 */
export const onnxBackend: Backend<OnnxOptions> = { contractVersion, name: 'onnx', loadModel };

/**
 * Loads a model. The default context is what the model was trained for, at most 4,096 tokens.
 *
 * @throws InsufficientMemoryError for a model that takes more memory than there is, InvalidModelFileError for files that are no sound model, UnsupportedError, InvalidArgumentError,
 *   CacheWriteError, EngineError.
 */
async function loadModel(source: string, options: OnnxOptions = {}): Promise<LanguageModel> {
  const settings = await checkOptions(options);
  options.signal?.throwIfAborted();
  options.onProgress?.(0);
  const found = await modelSource(source, options.weightFormat);
  const model =
    found.kind === 'weights'
      ? await loadWeights(source, settings)
      : await loadGraph(found.file, found.folder, settings);
  options.onProgress?.(1);
  return model;
}

async function loadWeights(source: string, settings: LoadSettings): Promise<LanguageModel> {
  const { options, provider } = settings;
  const weights = await openDecoderWeights(source, options);
  if (provider === undefined) assertMemory(source, memoryOf(weights, options), options.memoryLimit);
  const tokenizer = await findTokenizer(options.tokenizer ?? weights.gguf ?? source);
  const onCuda = provider?.name === 'CUDA';
  const graph = await cachedGraph(weights, {
    weightFormat: options.weightFormat,
    accuracyLevel: options.accuracyLevel,
    cacheType: options.cacheType,
    cacheFolder: options.cacheFolder,
    // The fused attention of the CUDA provider takes no bias; other providers may lack it.
    trees: !onCuda,
    decomposed: options.decomposed ?? (provider !== undefined && !onCuda),
    signal: options.signal,
    onProgress: (fraction) => options.onProgress?.(fraction / 2),
  });
  return loadGenerated({ source, path: graph.path, manifest: graph.manifest, tokenizer }, settings);
}

/** @param folder where its tokenizer and configuration are. */
async function loadGraph(file: string, folder: string, settings: LoadSettings): Promise<LanguageModel> {
  const { layers, skipLayers, memoryLimit } = settings.options;
  if (layers !== undefined || skipLayers !== undefined) {
    throw new InvalidArgumentError(
      `${file} is a graph, whose layers are fixed: choose layers of the weights that it was made from.`,
    );
  }
  // A graph does not tell what its cache takes before it runs.
  if (settings.provider === undefined) assertMemory(file, { weights: await fileBytes(file) }, memoryLimit);
  const manifest = readManifest(await readOnnx(file));
  const tokenizer = await findTokenizer(settings.options.tokenizer ?? folder);
  return manifest === undefined
    ? loadExported({ file, folder, tokenizer }, settings)
    : loadGenerated({ source: file, path: file, manifest, tokenizer }, settings);
}

async function checkOptions(options: OnnxOptions): Promise<LoadSettings> {
  const { maximumSequences = defaultSequences, threads = availableParallelism() } = options;
  checkWhole('threads', threads, 1, availableParallelism());
  checkWhole('maximumSequences', maximumSequences, 1, mostSequences);
  if (options.access !== undefined && !['native', 'stock'].includes(options.access)) {
    throw new InvalidArgumentError(`access must be native or stock, not ${options.access}.`);
  }
  const provider = chooseProvider(options);
  const openSession = await chooseAccess(options.access, { provider, libraryPath: options.libraryPath });
  return { options, maximumSequences, threads, provider, openSession };
}

function chooseProvider({ device = 'cpu', provider }: OnnxOptions): ProviderOption | undefined {
  if (device !== 'cpu' && device !== 'cuda') {
    throw new InvalidArgumentError(`device must be cpu or cuda, not ${JSON.stringify(device)}.`);
  }
  if (device === 'cuda' && provider !== undefined) {
    throw new InvalidArgumentError('Give device or provider, not both: device cuda is a provider itself.');
  }
  if (device === 'cuda' || provider?.name.toUpperCase() === 'CUDA') return { ...provider, name: 'CUDA' };
  return provider;
}
