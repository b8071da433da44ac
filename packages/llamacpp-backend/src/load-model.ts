import { availableParallelism } from 'node:os';
import path from 'node:path';
import { setImmediate as nextTask } from 'node:timers/promises';
import {
  type Backend,
  contractVersion,
  EngineError,
  InvalidArgumentError,
  type LanguageModel,
  UnsupportedError,
} from '@foretoken/core';
import { readGguf, validateForLlama } from '@foretoken/models';
import { chooseThreads } from './choose-threads.js';
import { LlamaContext } from './llama-context.js';
import { LlamaModel } from './llama-model.js';
import { LlamaTokenizer } from './llama-tokenizer.js';
import { kvTypes, type LlamacppOptions } from './llamacpp-options.js';
import type { Pointer } from './native-functions.js';
import { type NativeLibrary, nativeLibrary } from './native-library.js';

/** Tokens of one native call while a prompt is read: between calls it can be cancelled. */
const batchSize = 512;
/** Rows of one native call: the widest draft, and the size of the output buffer. */
const mostOutputs = 64;
const mostLeaves = 16;
/** `LLAMA_MAX_SEQ` less what trees need. */
const mostSequences = 256 - mostLeaves;
const defaultSequences = 4;
/** `LLAMA_POOLING_TYPE_NONE`. */
const noPooling = 0;
/** Long contexts cost memory at once, so more than this is allocated only on request. */
const defaultContextLength = 4096;
/** `LLAMA_FLASH_ATTN_TYPE_DISABLED`. */
const noFlashAttention = 0;

/** llama.cpp behind the contract. Models are GGUF files. */
export const llamacppBackend: Backend<LlamacppOptions> = {
  contractVersion,
  name: 'llamacpp',
  loadModel,
};

/**
 * Loads a GGUF file. The default context is what the model was trained for, at most 4,096 tokens.
 *
 * @throws InvalidModelFileError for a file that is not a sound model, EngineError, InvalidArgumentError,
 *   UnsupportedError.
 */
async function loadModel(source: string, options: LlamacppOptions = {}): Promise<LanguageModel> {
  const { maximumSequences = defaultSequences, gpuLayers = 0, kvType = 'f16' } = options;
  if (options.threads !== undefined) checkWhole('threads', options.threads, 1, availableParallelism());
  checkWhole('maximumSequences', maximumSequences, 1, mostSequences);
  if (gpuLayers !== Number.POSITIVE_INFINITY) checkWhole('gpuLayers', gpuLayers, 0, 100_000);
  const cacheFormat = kvTypes[kvType];
  if (cacheFormat === undefined) {
    throw new InvalidArgumentError(
      `kvType must be one of ${Object.keys(kvTypes).join(', ')}, not ${kvType}.`,
    );
  }
  validateForLlama(await readGguf(source));
  options.signal?.throwIfAborted();
  options.onProgress?.(0);

  const native = nativeLibrary();
  const model = await awaitPointer((done) =>
    native.modelLoad.async(
      path.resolve(source),
      {
        ...native.modelDefaultParameters(),
        n_gpu_layers: gpuLayers === Number.POSITIVE_INFINITY ? -1 : gpuLayers,
      },
      done,
    ),
  );
  if (model === null) throw new EngineError(`llama.cpp cannot load ${source}, although its header is sound.`);
  try {
    return await createModel(native, model, source, { ...options, maximumSequences, kvType });
  } catch (error) {
    native.modelFree(model);
    throw error;
  }
}

async function createModel(
  native: NativeLibrary,
  model: Pointer,
  source: string,
  options: LlamacppOptions & { maximumSequences: number; kvType: keyof typeof kvTypes },
): Promise<LanguageModel> {
  const { maximumSequences, kvType } = options;
  const cores = native.poolThreads;
  options.signal?.throwIfAborted();
  if (native.hasEncoder(model)) {
    throw new UnsupportedError(`${source} has an encoder; only decoder models can be continued.`);
  }
  const trained = native.trainedContext(model);
  const contextLength = options.contextLength ?? Math.min(trained, defaultContextLength);
  checkWhole('contextLength', contextLength, 1, trained);
  const rollback = !native.isRecurrent(model) && !native.isHybrid(model);
  const maximumLeaves = rollback ? mostLeaves : 1;
  const sequences = maximumSequences + (rollback ? mostLeaves : 0);
  const outputs = Math.max(mostOutputs, sequences);
  const cells = contextLength * maximumSequences + mostOutputs;
  const parameters = {
    ...native.contextDefaultParameters(),
    n_ctx: cells,
    n_batch: batchSize,
    n_ubatch: batchSize,
    n_seq_max: sequences,
    n_outputs_max: outputs,
    n_outputs_max_per_seq: outputs,
    n_threads: options.threads ?? cores,
    n_threads_batch: options.threads ?? cores,
    // A row for every token, whatever the file says about pooling.
    pooling_type: noPooling,
    type_k: kvTypes[kvType].id,
    type_v: kvTypes[kvType].id,
    // llama.cpp's fused attention casts float32 keys and values to float16: who asks for them goes without it.
    ...(kvType === 'f32' ? { flash_attn_type: noFlashAttention } : {}),
    // Trees and forks share cells between sequences; a window of its own would forget what rollback needs.
    kv_unified: true,
    swa_full: true,
    no_perf: true,
  };
  const context = await awaitPointer((done) => native.contextCreate.async(model, parameters, done));
  if (context === null) {
    throw new EngineError(
      `llama.cpp cannot make a context of ${cells} tokens for ${source}: ask for a smaller contextLength or maximumSequences.`,
    );
  }
  native.attachPool(context, native.pool, native.pool);
  const llamaContext = new LlamaContext(native, context, { batchSize, outputs, sequences });
  try {
    await warmUp(llamaContext, Math.min(mostOutputs, contextLength));
    if (options.threads === undefined) {
      const { single, batch } = await chooseThreads(llamaContext, cores, () => performance.now());
      llamaContext.setThreads(single, batch);
    }
    options.signal?.throwIfAborted();
  } catch (error) {
    llamaContext.free();
    throw error;
  }
  const tokenizer = new LlamaTokenizer(native, native.vocabulary(model));
  const hiddenStateWidth = native.embeddingOutputWidth(model);
  options.onProgress?.(1);
  return new LlamaModel({
    name: path.basename(source),
    tokenizer,
    contextLength,
    nextTask,
    hiddenStateWidth,
    context: llamaContext,
    capabilities: {
      maximumLeaves,
      maximumSequences,
      maximumPassTokens: Math.min(mostOutputs, contextLength),
      hiddenStateWidth,
      rollback,
      weightFormat: native.fileTypeName(native.fileType(model)) as string,
      device: options.gpuLayers === undefined || options.gpuLayers === 0 ? 'cpu' : 'gpu',
      engine: `llama.cpp ${native.version} (${native.packageName})`,
    },
    memory: {
      weights: Number(native.modelSize(model)),
      cache: cacheBytes(native, model, native.contextLength(context), kvTypes[kvType].bytes),
      buffers: outputs * tokenizer.vocabularySize * 4,
    },
    freeModel: () => native.modelFree(model),
  });
}

/** The largest pass there is: pages the weights in, and makes the output buffer as large as it gets. */
async function warmUp(context: LlamaContext, count: number): Promise<void> {
  const tokens = Array.from({ length: count }, (_, position) => ({
    token: 0,
    position,
    sequences: [0],
    output: true,
  }));
  await context.decode(tokens, false);
  context.remove(0, 0);
}

/** Keys and values of every layer and cell. */
function cacheBytes(native: NativeLibrary, model: Pointer, cells: number, bytesPerElement: number): number {
  const heads = native.headCount(model);
  const keyValueHeads = native.keyValueHeadCount(model);
  const headWidth = heads > 0 ? native.embeddingWidth(model) / heads : 0;
  return Math.round(2 * native.layerCount(model) * cells * keyValueHeads * headWidth * bytesPerElement);
}

function checkWhole(name: string, value: number, least: number, most: number): void {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new InvalidArgumentError(`${name} must be a whole number from ${least} to ${most}, not ${value}.`);
  }
}

/** The pointer that a native call on a thread of its own hands to its callback; null where it has none. */
function awaitPointer(
  start: (done: (error: unknown, pointer: Pointer | null) => void) => void,
): Promise<Pointer | null> {
  return new Promise((resolve, reject) => {
    start((error, pointer) => {
      if (error !== null && error !== undefined)
        reject(new EngineError('The engine call failed.', { cause: error }));
      else resolve(pointer === 0n ? null : pointer);
    });
  });
}
