import path from 'node:path';
import { setImmediate as nextTask } from 'node:timers/promises';
import { type LanguageModel, type Tokenizer, UnsupportedError } from '@foretoken/core';
import { type GraphManifest, spareSlots } from '../graph/graph-manifest.js';
import { fileBytes } from './file-bytes.js';
import { fitTokenizer } from './fit-tokenizer.js';
import { GeneratedDecoder, type GeneratedDecoderSizes } from './generated-decoder.js';
import { chooseContextLength, type LoadSettings, mostDraftTokens, promptTokens } from './load-settings.js';
import { OnnxModel } from './onnx-model.js';
import { warmUp } from './warm-up.js';

export interface GeneratedSource {
  /** What the user named. */
  readonly source: string;
  /** The graph. */
  readonly path: string;
  readonly manifest: GraphManifest;
  readonly tokenizer: Tokenizer;
}

/** Loads a graph of our generator. */
export async function loadGenerated(
  { source, path: file, manifest, tokenizer }: GeneratedSource,
  settings: LoadSettings,
): Promise<LanguageModel> {
  const { options, provider, threads, maximumSequences, openSession } = settings;
  if (provider?.name === 'CUDA' && manifest.trees && !manifest.decomposed) {
    throw new UnsupportedError(
      `${source} has an attention with a bias, which the CUDA provider cannot run: load the weights that it was made from.`,
    );
  }
  const name =
    manifest.sourceLayers === undefined
      ? path.basename(source)
      : `${path.basename(source)} (${manifest.layers} layers)`;
  const fitted = fitTokenizer(name, tokenizer, manifest.vocabularySize);
  const contextLength = chooseContextLength(options.contextLength, manifest.contextLength);
  const maximumPassTokens = longestPass(contextLength);
  const { libraryPath } = options;
  const session = await openSession(file, { threads, provider, libraryPath });
  const decoder = new GeneratedDecoder(session, manifest, decoderSizes(manifest, contextLength));
  const model = new OnnxModel({
    name,
    tokenizer: fitted,
    contextLength,
    nextTask,
    decoder,
    passTokens: promptTokens,
    weightBytes: await fileBytes(file),
    capabilities: {
      // Paths are moved in this process's memory only.
      maximumLeaves: manifest.trees && session.deviceRows === undefined ? maximumPassTokens : 1,
      maximumSequences,
      maximumPassTokens,
      hiddenStateWidth: manifest.width,
      rollback: true,
      weightFormat: manifest.weightFormat,
      device: provider?.name.toLowerCase() ?? 'cpu',
      engine: session.engine,
    },
  });
  await warmUp(model, source, options.signal);
  return model;
}

/** What a decoder of a graph makes room for. */
export function decoderSizes(manifest: GraphManifest, contextLength: number): GeneratedDecoderSizes {
  const spare = manifest.trees ? Math.min(spareSlots, longestPass(contextLength) + 1) : 0;
  return { capacity: contextLength + spare, passTokens: promptTokens, outputRows: mostDraftTokens };
}

function longestPass(contextLength: number): number {
  return Math.min(mostDraftTokens, contextLength);
}
