import { setImmediate as nextTask } from 'node:timers/promises';
import path from 'node:path';
import { InvalidModelFileError, type LanguageModel, type Tokenizer } from '@foretoken/core';
import { readJson } from '@foretoken/models';
import type { OnnxSession } from '../engine/onnx-session.js';
import { exportLayout } from './export-layout.js';
import { ExportedDecoder } from './exported-decoder.js';
import { fileBytes } from './file-bytes.js';
import { fitTokenizer } from './fit-tokenizer.js';
import { chooseContextLength, type LoadSettings, mostDraftTokens, promptTokens } from './load-settings.js';
import { OnnxModel } from './onnx-model.js';
import { warmUp } from './warm-up.js';

export interface ExportedSource {
  /** The graph. */
  readonly file: string;
  /** With config.json. */
  readonly folder: string;
  readonly tokenizer: Tokenizer;
}

/** Loads a graph in the layout of transformers.js. */
export async function loadExported(
  { file, folder, tokenizer }: ExportedSource,
  settings: LoadSettings,
): Promise<LanguageModel> {
  const { options, provider, threads, openSession, maximumSequences } = settings;
  const config = await readJson(path.join(folder, 'config.json'));
  const trained = trainedContext(folder, config);
  const contextLength = chooseContextLength(options.contextLength, trained);
  const { libraryPath } = options;
  const session = await openSession(file, { threads, provider, libraryPath });
  const model = await exportedModel({
    name: path.basename(folder),
    where: file,
    session,
    tokenizer,
    contextLength,
    maximumSequences,
    weightBytes: await fileBytes(file),
    weightFormat: path.basename(file).replace(/^model_?|\.onnx$/g, '') || 'fp32',
    device: provider?.name.toLowerCase() ?? 'cpu',
    close: () => session.close(),
  });
  await warmUp(model, file, options.signal);
  return model;
}

export interface ExportedModelParts {
  readonly name: string;
  /** For messages. */
  readonly where: string;
  readonly session: OnnxSession;
  readonly tokenizer: Tokenizer;
  readonly contextLength: number;
  readonly maximumSequences: number;
  readonly weightBytes: number;
  readonly weightFormat: string;
  readonly device: string;
  /** Ends the session, where it is this package's. */
  readonly close: () => Promise<void>;
}

/** @throws UnsupportedError for another layout, VocabularyMismatchError; the session is closed then. */
export async function exportedModel(parts: ExportedModelParts): Promise<OnnxModel> {
  const { name, session, contextLength, maximumSequences } = parts;
  try {
    const layout = exportLayout(parts.where, session);
    const maximumPassTokens = Math.min(mostDraftTokens, contextLength);
    return new OnnxModel({
      name,
      tokenizer: fitTokenizer(name, parts.tokenizer, layout.vocabularySize),
      contextLength,
      nextTask,
      decoder: new ExportedDecoder(session, layout, parts.close),
      passTokens: promptTokens,
      weightBytes: parts.weightBytes,
      capabilities: {
        maximumLeaves: 1,
        maximumSequences,
        maximumPassTokens,
        hiddenStateWidth: undefined,
        rollback: true,
        weightFormat: parts.weightFormat,
        device: parts.device,
        engine: session.engine,
      },
    });
  } catch (error) {
    await parts.close();
    throw error;
  }
}

/** Positions that a config.json says the model was trained for. */
export function trainedContext(where: string, config: Readonly<Record<string, unknown>>): number {
  const { text_config: text } = config;
  const inner = typeof text === 'object' && text !== null ? (text as Record<string, unknown>) : config;
  const length = inner['max_position_embeddings'] ?? inner['n_positions'] ?? inner['n_ctx'];
  if (typeof length !== 'number' || !Number.isSafeInteger(length) || length < 1) {
    throw new InvalidModelFileError(
      `The configuration of ${where} does not say how many positions the model was trained for: max_position_embeddings is ${JSON.stringify(length)}.`,
    );
  }
  return length;
}
