import { InvalidModelFileError, UnsupportedError } from '@foretoken/core';
import type { TypedValue } from '../../gguf/value-types.js';
import { writeGguf } from '../../gguf/write-gguf.js';
import { type WeightFormat, weightFormats } from '../../quantization/weight-formats.js';
import { readSafetensors } from '../../safetensors/read-safetensors.js';
import { llamaTensors } from '../llama-tensors.js';
import { type ModelConfig, readModelConfig } from '../model-config.js';
import { type ExpectedTensor, tensorInFormat } from '../tensor-in-format.js';
import { type EagleConfig, headConfig, type MlpSpeculatorConfig } from './head-config.js';

export interface ConvertHeadOptions {
  /** The head's name in the file. */
  readonly name: string;
  /** Of matrices; vectors stay float32. */
  readonly format: WeightFormat;
  /** config.json of the target: an EAGLE head shares its vocabulary, positions and norm. */
  readonly targetConfig: string;
}

/**
 * Converts a drafting head from safetensors, with its configuration in the metadata, to GGUF. What a head
 * shares with its target (an EAGLE head the embedding matrix) is not in the file. Rows of queries and keys keep Hugging
 * Face's order: element i of a head turns with i + half.
 *
 * @throws InvalidModelFileError, UnsupportedError, CacheWriteError.
 */
export async function convertHead(
  source: string,
  output: string,
  options: ConvertHeadOptions,
): Promise<void> {
  const file = await readSafetensors(source);
  const head = headConfig(file);
  const target = await readModelConfig(options.targetConfig);
  const { metadata, tensors } = head.kind === 'eagle' ? eagleParts(head, target) : mlpSpeculatorParts(head);
  for (const name of file.tensors.keys()) {
    if (!tensors.has(name)) {
      throw new UnsupportedError(`${file.path}: the tensor ${name} has no place in a head of this form.`);
    }
  }
  if (head.width !== target.width) {
    throw new InvalidModelFileError(
      `${file.path} takes hidden states of ${head.width}, the target has ${target.width} (${options.targetConfig}).`,
    );
  }
  await writeGguf(
    output,
    new Map<string, TypedValue>([
      ['general.architecture', { type: 'string', value: head.kind }],
      ['general.name', { type: 'string', value: options.name }],
      ['general.file_type', whole(weightFormats[options.format])],
      ['general.quantization_version', whole(2)],
      ...Object.entries(metadata).map(([key, value]): [string, TypedValue] => [`${head.kind}.${key}`, value]),
    ]),
    [...tensors].map(([name, expected]) => tensorInFormat(file, name, expected, options.format)),
  );
}

interface HeadParts {
  readonly metadata: Readonly<Record<string, TypedValue>>;
  /** By the name in the source. */
  readonly tensors: ReadonlyMap<string, ExpectedTensor>;
}

function eagleParts(head: EagleConfig, target: ModelConfig): HeadParts {
  const { width, heads, keyValueHeads, feedForwardWidth } = head;
  const headWidth = width / heads;
  const layer = { ...target, ...head, headWidth, layers: 1 };
  const tensors = new Map<string, ExpectedTensor>([
    ['fc.weight', { name: 'fc.weight', shape: [width, 2 * width] }],
  ]);
  for (const [source, { name, shape }] of llamaTensors(layer)) {
    if (source.startsWith('model.layers.0.')) {
      tensors.set(source.replace('model.layers.0.', 'layer.'), { name, shape });
    }
  }
  return {
    tensors,
    metadata: {
      vocab_size: whole(target.vocabularySize),
      context_length: whole(target.contextLength),
      embedding_length: whole(width),
      feed_forward_length: whole(feedForwardWidth),
      'attention.head_count': whole(heads),
      'attention.head_count_kv': whole(keyValueHeads),
      'attention.key_length': whole(headWidth),
      'attention.layer_norm_rms_epsilon': real(target.normEpsilon),
      'rope.freq_base': real(target.rotaryBase),
    },
  };
}

/** As the reference implementation of the form has it. */
const mlpNormEpsilon = 1e-5;

function mlpSpeculatorParts(head: MlpSpeculatorConfig): HeadParts {
  const { width, innerWidth, vocabularySize } = head;
  const tensor = (name: string, ...shape: number[]): ExpectedTensor => ({ name, shape });
  return {
    tensors: new Map([
      ['emb.weight', tensor('token_embd.weight', vocabularySize, innerWidth)],
      ['proj0.weight', tensor('state_proj.0.weight', innerWidth, width)],
      ['proj1.weight', tensor('state_proj.1.weight', innerWidth, innerWidth)],
      ['ln.weight', tensor('state_norm.weight', innerWidth)],
      ['ln.bias', tensor('state_norm.bias', innerWidth)],
      ['head.weight', tensor('output.weight', vocabularySize, innerWidth)],
    ]),
    metadata: {
      vocab_size: whole(vocabularySize),
      embedding_length: whole(width),
      inner_length: whole(innerWidth),
      prediction_count: whole(head.predictionCount),
      state_weight: real(head.stateWeight),
      embedding_weight: real(head.embeddingWeight),
      layer_norm_epsilon: real(mlpNormEpsilon),
    },
  };
}

const whole = (value: number): TypedValue => ({ type: 'uint32', value });
const real = (value: number): TypedValue => ({ type: 'float32', value });
