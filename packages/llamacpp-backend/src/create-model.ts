import { totalmem } from 'node:os';
import path from 'node:path';
import { setImmediate as nextTask } from 'node:timers/promises';
import { EngineError, InvalidArgumentError, type LanguageModel, UnsupportedError } from '@foretoken/core';
import { type CheckedOptions, checkWhole, mostLeaves } from './check-options.js';
import { chooseThreads } from './choose-threads.js';
import { LlamaContext } from './llama-context.js';
import { LlamaModel } from './llama-model.js';
import { LlamaTokenizer } from './llama-tokenizer.js';
import { kvTypes } from './llamacpp-options.js';
import { measureCache } from './measure-cache.js';
import { awaitPointer, type Pointer } from './native-functions.js';
import type { NativeLibrary } from './native-library.js';
import { warmUp } from './warm-up.js';

/** Tokens of one native call while a prompt is read: between calls it can be cancelled. */
const batchSize = 512;
/** Rows of one native call: the widest draft, and the size of the output buffer. */
const mostOutputs = 64;
/** Long contexts cost memory at once, so more than this is allocated only on request. */
const defaultContextLength = 4096;
/** `LLAMA_POOLING_TYPE_NONE`. */
const noPooling = 0;
/** `LLAMA_FLASH_ATTN_TYPE_DISABLED`. */
const noFlashAttention = 0;
/** What the engine notes down about every cell of a cache, before it asks for the memory of the cells. */
const bytesNotedPerCell = 48;

/** How the engine's context is laid out for a model. */
interface Layout {
  readonly contextLength: number;
  readonly rollback: boolean;
  readonly maximumLeaves: number;
  /** Of the engine: those of the contract, and one for every leaf. */
  readonly sequences: number;
  readonly outputs: number;
  readonly cells: number;
}

/** A context for loaded weights, warm, with its threads chosen. Whoever calls this frees the weights if it fails. */
export async function createModel(
  native: NativeLibrary,
  model: Pointer,
  source: string,
  options: CheckedOptions,
): Promise<LanguageModel> {
  const layout = layOut(native, model, options);
  const context = await createContext(native, model, source, layout, options);
  try {
    await warmUp(context);
    const { perToken, fixed } = await measureCache(context, layout.contextLength);
    if (options.threads === undefined) {
      const { single, batch } = await chooseThreads(context, native.poolThreads, layout.contextLength, () =>
        performance.now(),
      );
      context.setThreads(single, batch);
    }
    options.signal?.throwIfAborted();
    const { contextLength, maximumLeaves, rollback, outputs, cells } = layout;
    const { maximumSequences, gpuLayers } = options;
    const tokenizer = new LlamaTokenizer(native, native.vocabulary(model));
    const hiddenStateWidth = native.embeddingOutputWidth(model);
    return new LlamaModel({
      name: path.basename(source),
      tokenizer,
      contextLength,
      nextTask,
      hiddenStateWidth,
      context,
      capabilities: {
        maximumLeaves,
        maximumSequences,
        maximumPassTokens: Math.min(mostOutputs, contextLength),
        hiddenStateWidth,
        rollback,
        // Where the file does not say, the engine guesses from the tensors, and says so.
        weightFormat: native.fileTypeName(native.fileType(model)).replace(/^\(guessed\) /, ''),
        device: gpuLayers > 0 ? (native.gpu ?? 'cpu') : 'cpu',
        engine: `llama.cpp ${native.version} (${native.packageName})`,
      },
      memory: {
        weights: Number(native.modelSize(model)),
        cache: Math.round(perToken * cells + fixed * maximumSequences),
        buffers: outputs * (tokenizer.vocabularySize + hiddenStateWidth) * Float32Array.BYTES_PER_ELEMENT,
      },
      freeModel: () => native.modelFree(model),
    });
  } catch (error) {
    context.free();
    throw error;
  }
}

function layOut(native: NativeLibrary, model: Pointer, options: CheckedOptions): Layout {
  const { maximumSequences } = options;
  const trained = native.trainedContext(model);
  const contextLength = options.contextLength ?? Math.min(trained, defaultContextLength);
  checkWhole('contextLength', contextLength, 1, trained);
  const rollback = !native.isRecurrent(model) && !native.isHybrid(model);
  const maximumLeaves = rollback ? mostLeaves : 1;
  const sequences = maximumSequences + (rollback ? mostLeaves : 0);
  // A tree that waits has nodes beside its sequence's own tokens.
  const cells = contextLength * maximumSequences + mostOutputs;
  if (cells * bytesNotedPerCell > totalmem()) {
    throw new InvalidArgumentError(
      `${maximumSequences} x ${contextLength} tokens of context are more than this machine's memory could even count: ask for a smaller contextLength or maximumSequences.`,
    );
  }
  const outputs = Math.min(Math.max(mostOutputs, sequences), sequences * contextLength);
  return { contextLength, rollback, maximumLeaves, sequences, outputs, cells };
}

async function createContext(
  native: NativeLibrary,
  model: Pointer,
  source: string,
  { cells, sequences, outputs, contextLength }: Layout,
  { kvType, gpuLayers, threads = native.poolThreads, maximumSequences }: CheckedOptions,
): Promise<LlamaContext> {
  const parameters = {
    ...native.contextDefaultParameters(),
    n_ctx: cells,
    n_batch: batchSize,
    n_ubatch: batchSize,
    n_seq_max: sequences,
    n_outputs_max: outputs,
    n_outputs_max_per_seq: outputs,
    n_threads: threads,
    n_threads_batch: threads,
    // A row for every token, whatever the file says about pooling.
    pooling_type: noPooling,
    // llama.cpp's fused attention casts float32 keys and values to float16: who asks for them goes without it.
    ...(kvType === 'f32' ? { flash_attn_type: noFlashAttention } : {}),
    type_k: kvTypes[kvType].id,
    type_v: kvTypes[kvType].id,
    // Trees and forks share cells between sequences; a window of its own would forget what rollback needs.
    kv_unified: true,
    swa_full: true,
    no_perf: true,
    // Without layers on a device, no part of a pass is computed there.
    op_offload: gpuLayers > 0,
  };
  const pointer = await awaitPointer((done) => native.contextCreate.async(model, parameters, done));
  if (pointer === null) {
    throw new EngineError(
      `llama.cpp cannot make a cache of ${maximumSequences} x ${contextLength} tokens for ${source}: ask for a smaller contextLength or maximumSequences.`,
    );
  }
  if (native.memory(pointer) === null) {
    native.contextFree(pointer);
    throw new UnsupportedError(
      `${source} keeps no cache: it is a model for whole texts, not for continuing them.`,
    );
  }
  native.attachPool(pointer, native.pool, native.pool);
  return new LlamaContext(native, pointer, { batchSize, outputs, sequences });
}
