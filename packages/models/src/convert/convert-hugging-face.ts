import path from 'node:path';
import { existsSync } from 'node:fs';
import { InvalidModelFileError, UnsupportedError } from '@foretoken/core';
import { readChatTemplate } from '../chat/read-chat-template.js';
import type { TensorToWrite } from '../gguf/tensor-to-write.js';
import type { TypedValue } from '../gguf/value-types.js';
import { writeGguf } from '../gguf/write-gguf.js';
import { isObject } from '../is-object.js';
import { type WeightFormat, weightFormats } from '../quantization/weight-formats.js';
import { readSafetensors, type SafetensorsFile } from '../safetensors/read-safetensors.js';
import { type ModelConfig, readModelConfig } from './model-config.js';
import { isDerivedTensor, llamaTensors } from './llama-tensors.js';
import { readJson } from '../read-json.js';
import { tensorInFormat } from './tensor-in-format.js';
import { tokenizerMetadata } from './tokenizer-metadata.js';

export interface ConvertOptions {
  readonly format: WeightFormat;
  /** The model's name in the file; default: the source folder's. */
  readonly name?: string | undefined;
  /** File names inside the folder; defaults: config.json, tokenizer.json, model.safetensors or its index. */
  readonly config?: string | undefined;
  readonly tokenizer?: string | undefined;
  readonly weights?: string | undefined;
  readonly onProgress?: ((done: number, total: number, tensor: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Converts a Hugging Face folder of the llama or mistral architecture to GGUF, one tensor in memory at a time.
 * Matrices take the wanted format, vectors stay float32, as llama.cpp's own quantiser does it (`pure`).
 *
 * @throws InvalidModelFileError, UnsupportedError, CacheWriteError.
 */
export async function convertHuggingFaceFolder(
  folder: string,
  output: string,
  options: ConvertOptions,
): Promise<void> {
  const config = await readModelConfig(path.join(folder, options.config ?? 'config.json'));
  const vocabulary = await tokenizerMetadata(
    path.join(folder, options.tokenizer ?? 'tokenizer.json'),
    config,
  );
  const files = await openWeights(folder, options.weights);
  const metadata = new Map([
    ...modelMetadata(config, options.name ?? path.basename(path.resolve(folder)), options.format),
    ...vocabulary,
    ...(await chatMetadata(folder)),
  ]);
  const tensors = planTensors(files, config, options.format);
  let done = 0;
  const reporting = tensors.map((tensor) => ({
    ...tensor,
    data: async (): Promise<Uint8Array> => {
      const data = await tensor.data();
      done += 1;
      options.onProgress?.(done, tensors.length, tensor.name);
      return data;
    },
  }));
  await writeGguf(output, metadata, reporting, options.signal);
}

/** The weights: one file, or the shards that an index names. */
async function openWeights(folder: string, weights: string | undefined): Promise<SafetensorsFile[]> {
  const index = path.join(folder, 'model.safetensors.index.json');
  if (weights !== undefined || !existsSync(index)) {
    return [await readSafetensors(path.join(folder, weights ?? 'model.safetensors'))];
  }
  const map = (await readJson(index))['weight_map'];
  const shards = [...new Set(isObject(map) ? Object.values(map) : [])];
  if (shards.length === 0) throw new InvalidModelFileError(`${index} names no files.`);
  return Promise.all(shards.map((shard) => readSafetensors(path.join(folder, path.basename(String(shard))))));
}

function modelMetadata(config: ModelConfig, name: string, format: WeightFormat): [string, TypedValue][] {
  const whole = (value: number): TypedValue => ({ type: 'uint32', value });
  const real = (value: number): TypedValue => ({ type: 'float32', value });
  return [
    ['general.architecture', { type: 'string', value: 'llama' }],
    ['general.name', { type: 'string', value: name }],
    ['general.file_type', whole(weightFormats[format])],
    ['general.quantization_version', whole(2)],
    ['llama.vocab_size', whole(config.vocabularySize)],
    ['llama.context_length', whole(config.contextLength)],
    ['llama.embedding_length', whole(config.width)],
    ['llama.block_count', whole(config.layers)],
    ['llama.feed_forward_length', whole(config.feedForwardWidth)],
    ['llama.attention.head_count', whole(config.heads)],
    ['llama.attention.head_count_kv', whole(config.keyValueHeads)],
    ['llama.attention.key_length', whole(config.headWidth)],
    ['llama.attention.value_length', whole(config.headWidth)],
    ['llama.attention.layer_norm_rms_epsilon', real(config.normEpsilon)],
    ['llama.rope.dimension_count', whole(config.headWidth)],
    ['llama.rope.freq_base', real(config.rotaryBase)],
  ];
}

/** A model that answers messages goes on to. */
async function chatMetadata(folder: string): Promise<[string, TypedValue][]> {
  const { template } = await readChatTemplate(folder);
  return template === undefined ? [] : [['tokenizer.chat_template', { type: 'string', value: template }]];
}

/** What to write, in the order of the source. */
function planTensors(
  files: readonly SafetensorsFile[],
  config: ModelConfig,
  format: WeightFormat,
): TensorToWrite[] {
  const missing = new Map(llamaTensors(config));
  const plan: TensorToWrite[] = [];
  for (const file of files) {
    for (const source of file.tensors.keys()) {
      if (isDerivedTensor(source, config)) continue;
      const expected = missing.get(source);
      if (expected === undefined) {
        throw new UnsupportedError(
          `${file.path}: the tensor ${source} has no place in a llama model of ${config.layers} layers, or stands twice.`,
        );
      }
      missing.delete(source);
      plan.push(tensorInFormat(file, source, expected, format));
    }
  }
  if (missing.size > 0) {
    throw new InvalidModelFileError(
      `${files.map(({ path: name }) => name).join(', ')}: ${missing.size} tensors are missing, ${[...missing.keys()][0]} first.`,
    );
  }
  return plan;
}
