import path from 'node:path';
import { setImmediate as nextTask } from 'node:timers/promises';
import { EngineError, type LanguageModel, UnsupportedError } from '@foretoken/core';
import type { GgufFile } from '@foretoken/models';
import type { CheckedOptions } from './check-options.js';
import { chooseThreads } from './choose-threads.js';
import { type Layout, layOut, mostOutputs, outputBytes } from './lay-out.js';
import { LlamaContext } from './llama-context.js';
import { LlamaModel } from './llama-model.js';
import { LlamaTokenizer } from './llama-tokenizer.js';
import { kvTypes } from './llamacpp-options.js';
import { measureCache } from './measure-cache.js';
import { awaitPointer, type Pointer } from './native-functions.js';
import type { NativeLibrary } from './native-library.js';
import { longestRun } from './split-limit.js';
import { warmUp } from './warm-up.js';

/** Tokens of one native call while a prompt is read: between calls it can be cancelled. */
const batchSize = 512;
/** `LLAMA_POOLING_TYPE_NONE`. */
const noPooling = 0;
/** `LLAMA_FLASH_ATTN_TYPE_DISABLED`. */
const noFlashAttention = 0;

/**
 * A context for loaded weights, warm, with its threads chosen. Whoever calls this frees the weights if it fails.
 *
 * @param header of the weights' file, or of the one that it was made from.
 */
export async function createModel(
  native: NativeLibrary,
  model: Pointer,
  source: string,
  header: GgufFile,
  options: CheckedOptions,
): Promise<LanguageModel> {
  const rollback = !native.isRecurrent(model) && !native.isHybrid(model);
  const layout = layOut({ trained: native.trainedContext(model), rollback }, options);
  const context = await createContext(native, model, source, layout, options);
  try {
    await warmUp(context);
    const { perToken, fixed } = await measureCache(context, layout.contextLength);
    if (options.threads === undefined) {
      const { single, batch } = await chooseThreads(context, native.cores, layout.contextLength, () =>
        performance.now(),
      );
      context.setThreads(single, batch);
    }
    options.signal?.throwIfAborted();
    const { contextLength, maximumLeaves, cells } = layout;
    const { maximumSequences, gpuLayers } = options;
    const run = longestRun(header, native.callStackBytes);
    const tokenizer = new LlamaTokenizer(native, native.vocabulary(model), run);
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
        buffers: outputBytes(layout, tokenizer.vocabularySize, hiddenStateWidth),
      },
      freeModel: () => native.modelFree(model),
    });
  } catch (error) {
    context.free();
    throw error;
  }
}

async function createContext(
  native: NativeLibrary,
  model: Pointer,
  source: string,
  { cells, sequences, outputs, contextLength }: Layout,
  { kvType, gpuLayers, threads = native.cores, maximumSequences }: CheckedOptions,
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
    const other = kvType === 'f16' ? '' : `, or another kvType than ${kvType}, which it may not take here`;
    throw new EngineError(
      `llama.cpp cannot make a cache of ${maximumSequences} x ${contextLength} tokens for ${source}: ask for a smaller contextLength or maximumSequences${other}.`,
    );
  }
  if (native.memory(pointer) === null) {
    native.contextFree(pointer);
    throw new UnsupportedError(
      `${source} keeps no cache: it is a model for whole texts, not for continuing them.`,
    );
  }
  const context = new LlamaContext(native, pointer, { batchSize, outputs, sequences });
  context.setThreads(threads, threads);
  return context;
}
