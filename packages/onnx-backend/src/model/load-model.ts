import { stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { setImmediate as nextTask } from 'node:timers/promises';
import {
  type Backend,
  contractVersion,
  InvalidArgumentError,
  InvalidModelFileError,
  type LanguageModel,
} from '@foretoken/core';
import { ggufTokenizer, readGguf } from '@foretoken/models';
import { openSession } from '../engine/open-session.js';
import type { OnnxSession } from '../engine/onnx-session.js';
import type { ProviderOption } from '../engine/session-options.js';
import { generateGraph } from '../graph/generate-graph.js';
import type { GraphManifest } from '../graph/graph-manifest.js';
import { checkGraph } from './check-graph.js';
import { GeneratedDecoder } from './generated-decoder.js';
import { OnnxModel } from './onnx-model.js';
import type { OnnxOptions } from './onnx-options.js';

/** Tokens of one engine run while a prompt is read: between runs it can be cancelled. */
const promptTokens = 512;
/** The widest draft, and the rows whose memory is kept. */
const mostDraftTokens = 64;
const mostSequences = 1024;
const defaultSequences = 4;
/** Long contexts cost memory at once, so more than this is allocated only on request. */
const defaultContextLength = 4096;

/** ONNX Runtime behind the contract. */
export const onnxBackend: Backend<OnnxOptions> = { contractVersion, name: 'onnx', loadModel };

async function loadModel(source: string, options: OnnxOptions = {}): Promise<LanguageModel> {
  const { maximumSequences = defaultSequences, threads = availableParallelism() } = options;
  checkWhole('threads', threads, 1, availableParallelism());
  checkWhole('maximumSequences', maximumSequences, 1, mostSequences);
  const provider = chooseProvider(options);
  const tokenizer = ggufTokenizer(await readGguf(source));
  options.signal?.throwIfAborted();
  options.onProgress?.(0);
  const file = path.join(process.env['GRAPH_DIR'] as string, `${path.basename(source)}-${options.weightFormat}.onnx`);
  const manifest: GraphManifest = await generateGraph(source, file, options.weightFormat ? { weightFormat: options.weightFormat } : {});
  const slack = manifest.trees ? 0 : 0;
  const trained = manifest.contextLength - slack;
  const contextLength = options.contextLength ?? Math.min(trained, defaultContextLength);
  checkWhole('contextLength', contextLength, 1, trained);
  const session = await openSession(file, options.access, {
    threads,
    spinning: false,
    provider,
    libraryPath: options.libraryPath,
  });
  try {
    checkGraph(file, session, manifest);
    const maximumPassTokens = Math.min(mostDraftTokens, contextLength);
    const decoder = new GeneratedDecoder(session, manifest, {
      capacity: Math.min(contextLength + maximumPassTokens + 1, manifest.contextLength),
      passTokens: promptTokens,
      outputRows: mostDraftTokens,
    });
    const model = new OnnxModel({
      name: path.basename(source),
      tokenizer,
      contextLength,
      nextTask,
      decoder,
      passTokens: promptTokens,
      weightBytes: (await stat(file)).size,
      capabilities: {
        maximumLeaves: manifest.trees ? maximumPassTokens : 1,
        maximumSequences,
        maximumPassTokens,
        hiddenStateWidth: manifest.width,
        rollback: true,
        weightFormat: manifest.weightFormat,
        device: provider?.name.toLowerCase() ?? 'cpu',
        engine: session.engine,
      },
    });
    await warmUp(model, source);
    options.signal?.throwIfAborted();
    options.onProgress?.(1);
    return model;
  } catch (error) {
    await session.close();
    throw error;
  }
}

/** Pages the weights in, and finds those that are no numbers. */
async function warmUp(model: OnnxModel, source: string): Promise<void> {
  const sequence = model.createSequence();
  try {
    const [result] = await model.forward([{ sequence, tokens: [0], rows: 'last' }]);
    if (!result?.logits.read(0).every((logit) => Number.isFinite(logit))) {
      throw new InvalidModelFileError(
        `${source} computes logits that are not finite: its weights hold NaN or infinity.`,
      );
    }
  } finally {
    sequence.close();
  }
}

function chooseProvider({ device = 'cpu', provider }: OnnxOptions): ProviderOption | undefined {
  if (device === 'cpu') return provider;
  if (device !== 'cuda') throw new InvalidArgumentError(`device must be cpu or cuda, not ${String(device)}.`);
  if (provider !== undefined) {
    throw new InvalidArgumentError('Give device or provider, not both: device cuda is a provider itself.');
  }
  return { name: 'CUDA' };
}

function checkWhole(name: string, value: number, least: number, most: number): void {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new InvalidArgumentError(`${name} must be a whole number from ${least} to ${most}, not ${value}.`);
  }
}
