import path from 'node:path';
import {
  type Backend,
  contractVersion,
  EngineError,
  InvalidArgumentError,
  type LanguageModel,
  UnsupportedError,
} from '@foretoken/core';
import { anonymousRanges, assertMemory, readGguf, useHugePages, validateForLlama } from '@foretoken/models';
import { adviseMemory } from './advise-memory.js';
import { checkCacheType } from './check-cache-type.js';
import { type CheckedOptions, checkOptions } from './check-options.js';
import { chosenFile } from './chosen-file.js';
import { createModel } from './create-model.js';
import type { LlamacppOptions } from './llamacpp-options.js';
import { awaitPointer, type Pointer } from './native-functions.js';
import { besideGpu, memoryOf } from './predict-memory.js';
import { type NativeLibrary, nativeLibrary } from './native-library.js';

/** llama.cpp behind the contract. Models are GGUF files. */
export const llamacppBackend: Backend<LlamacppOptions> = {
  contractVersion,
  name: 'llamacpp',
  loadModel,
};

/**
 * Loads a GGUF file. The default context is what the model was trained for, at most 4,096 tokens.
 *
 * @throws InsufficientMemoryError for a model that takes more memory than there is, InvalidModelFileError for a file that is not a sound model, EngineError, InvalidArgumentError,
 *   UnsupportedError; CacheWriteError where a file of fewer layers or of another format cannot be kept.
 */
async function loadModel(source: string, options: LlamacppOptions = {}): Promise<LanguageModel> {
  const checked = checkOptions(options);
  const header = await readGguf(source);
  validateForLlama(header);
  checkCacheType(header, checked.kvType);
  options.signal?.throwIfAborted();
  options.onProgress?.(0);
  const native = nativeLibrary();
  checkDevice(native, checked);
  const { file, named } = await chosenFile(source, checked);
  const weights = file === source ? header : await readGguf(file);
  assertMemory(source, besideGpu(memoryOf(weights, checked), weights, checked), options.memoryLimit);
  const before = anonymousRanges();
  const model = await loadWeights(native, file, checked);
  try {
    await useHugePages(before, adviseMemory);
    options.signal?.throwIfAborted();
    const loaded = await createModel(native, model, named, header, checked);
    options.onProgress?.(1);
    return loaded;
  } catch (error) {
    native.modelFree(model);
    throw error;
  }
}

async function loadWeights(
  native: NativeLibrary,
  source: string,
  { gpuLayers }: CheckedOptions,
): Promise<Pointer> {
  const parameters = {
    ...native.modelDefaultParameters(),
    n_gpu_layers: gpuLayers === Number.POSITIVE_INFINITY ? -1 : gpuLayers,
  };
  const model = await awaitPointer((done) => native.modelLoad.async(path.resolve(source), parameters, done));
  if (model === null) {
    throw new EngineError(
      `llama.cpp cannot load ${source}, although its header is sound: its architecture may be unknown to version ${native.version}, or its tensors are not those of the architecture.`,
    );
  }
  if (native.hasEncoder(model)) {
    native.modelFree(model);
    throw new UnsupportedError(`${source} has an encoder; only decoder models can be continued.`);
  }
  return model;
}

/** The engine would place the layers on the CPU without a word. */
function checkDevice({ gpu, packageName }: NativeLibrary, { gpuLayers }: CheckedOptions): void {
  if (gpuLayers > 0 && gpu === undefined) {
    throw new InvalidArgumentError(
      `gpuLayers is ${gpuLayers}, but ${packageName} finds no GPU: install @node-llama-cpp/linux-x64-cuda or -vulkan (or the package of your platform) and the device's driver, or leave gpuLayers out.`,
    );
  }
}
