import {
  decodeWeights,
  encodeWeights,
  type TensorToWrite,
  type TypedValue,
  tensorTypeByName,
  writeGguf,
} from '@foretoken/models';
import type { TensorType } from '@foretoken/models';
import { randomNumbers } from './random-numbers.js';

/** A tiny model: 2 layers, 2 key-value heads, a context of 128; with the norms that Gemma has. */
export interface RandomModel {
  readonly architecture: string;
  readonly format: 'F32' | 'F16' | 'Q8_0' | 'Q4_0';
  readonly separateHead?: boolean;
  readonly biases?: boolean;
  /** Default 4, sharing 2 key-value heads. */
  readonly heads?: number;
  readonly headWidth?: number;
  readonly width?: number;
  /** Default 64. */
  readonly vocabulary?: number;
  /** Elements of a head that are rotated. */
  readonly rotated?: number;
  readonly linearScaling?: number;
  readonly frequencyFactors?: readonly number[];
  /** Changes a tensor's values before they are encoded. */
  readonly edit?: (name: string, values: Float32Array) => void;
  /** Tensors in formats that cannot be written here, of random blocks, by name. */
  readonly formats?: Readonly<Record<string, string>>;
  /** Further tensors, by name and length. */
  readonly extra?: Readonly<Record<string, number>>;
  /** Replaces what the file says otherwise; undefined takes it out. */
  readonly metadata?: Readonly<Record<string, TypedValue | undefined>>;
}

const sizes = { layers: 2, keyValueHeads: 2, context: 128 } as const;

/** Writes a GGUF file of random weights, always the same for the same settings. */
export async function writeRandomGguf(path: string, model: RandomModel): Promise<void> {
  const { layers, keyValueHeads, context } = sizes;
  const { architecture, heads = 4, headWidth = 16, width = 64, vocabulary = 64 } = model;
  const feedForward = 96;
  const random = randomNumbers(20261124);
  const tensors: TensorToWrite[] = [];
  const add = (name: string, shape: readonly number[], scale: number, middle = 0): void => {
    const type = tensorTypeByName(shape.length === 1 ? 'F32' : model.format) as TensorType;
    const length = shape.reduce((product, size) => product * size, 1);
    const values = Float32Array.from({ length }, () => middle + scale * (2 * random() - 1));
    model.edit?.(name, values);
    const format = shape.length === 1 ? 'F32' : model.format;
    const other = tensorTypeByName(model.formats?.[name] ?? '');
    if (other === undefined)
      tensors.push({ name, shape, type, data: async () => encodeWeights(values, format) });
    else {
      const bytes = randomBlocks(other, length / other.blockElements, random);
      tensors.push({ name, shape, type: other, data: async () => bytes });
    }
  };
  const hasOutputNorms = architecture === 'gemma2' || architecture === 'gemma3';
  add('token_embd.weight', [width, vocabulary], 1);
  for (let layer = 0; layer < layers; layer++) {
    const name = (part: string): string => `blk.${layer}.${part}`;
    const projections = [
      ['attn_q', heads * headWidth],
      ['attn_k', keyValueHeads * headWidth],
      ['attn_v', keyValueHeads * headWidth],
    ] as const;
    add(name('attn_norm.weight'), [width], 0.2, 1);
    for (const [part, rows] of projections) {
      add(name(`${part}.weight`), [width, rows], 0.3);
      if (model.biases === true) add(name(`${part}.bias`), [rows], 0.5);
    }
    add(name('attn_output.weight'), [heads * headWidth, width], 0.2);
    if (hasOutputNorms) add(name('post_attention_norm.weight'), [width], 0.2, 1);
    if (architecture === 'gemma3') {
      add(name('attn_q_norm.weight'), [headWidth], 0.2, 1);
      add(name('attn_k_norm.weight'), [headWidth], 0.2, 1);
    }
    add(name('ffn_norm.weight'), [width], 0.2, 1);
    add(name('ffn_gate.weight'), [width, feedForward], 0.3);
    add(name('ffn_up.weight'), [width, feedForward], 0.3);
    add(name('ffn_down.weight'), [feedForward, width], 0.2);
    if (hasOutputNorms) add(name('post_ffw_norm.weight'), [width], 0.2, 1);
  }
  add('output_norm.weight', [width], 0.2, 1);
  if (model.separateHead === true) add('output.weight', [width, vocabulary], 0.3);
  for (const [name, length] of Object.entries(model.extra ?? {})) add(name, [length], 1);
  if (model.frequencyFactors !== undefined) {
    const values = Float32Array.from(model.frequencyFactors);
    const type = tensorTypeByName('F32') as TensorType;
    const data = async (): Promise<Uint8Array> => encodeWeights(values, 'F32');
    tensors.push({ name: 'rope_freqs.weight', shape: [values.length], type, data });
  }
  const whole = (value: number): TypedValue => ({ type: 'uint32', value });
  const real = (value: number): TypedValue => ({ type: 'float32', value });
  const text = (value: string): TypedValue => ({ type: 'string', value });
  const settings: Record<string, TypedValue> = {
    context_length: whole(context),
    embedding_length: whole(width),
    block_count: whole(layers),
    feed_forward_length: whole(feedForward),
    'attention.head_count': whole(heads),
    'attention.head_count_kv': whole(keyValueHeads),
    'attention.key_length': whole(headWidth),
    'attention.value_length': whole(headWidth),
    'attention.layer_norm_rms_epsilon': real(1e-5),
    'rope.dimension_count': whole(model.rotated ?? headWidth),
    'rope.freq_base': real(1000),
    ...(model.linearScaling === undefined
      ? {}
      : { 'rope.scaling.type': text('linear'), 'rope.scaling.factor': real(model.linearScaling) }),
  };
  const metadata = new Map<string, TypedValue>([
    ['general.architecture', text(architecture)],
    ...Object.entries(settings).map(([key, value]) => [`${architecture}.${key}`, value] as const),
    ['tokenizer.ggml.model', text('gpt2')],
    [
      'tokenizer.ggml.tokens',
      { type: 'string[]', value: Array.from({ length: vocabulary }, (_, id) => `t${id}`) },
    ],
    ['tokenizer.ggml.merges', { type: 'string[]', value: ['t 1'] }],
  ]);
  for (const [key, value] of Object.entries(model.metadata ?? {})) {
    if (value === undefined) metadata.delete(key);
    else metadata.set(key, value);
  }
  await writeGguf(path, metadata, tensors);
}

/** Blocks of any content whose elements are about as large as a matrix's. */
function randomBlocks(type: TensorType, count: number, random: () => number): Uint8Array {
  const bytes = new Uint8Array(count * type.blockBytes);
  for (let from = 0; from < bytes.length; ) {
    const block = Uint8Array.from({ length: type.blockBytes }, () => 256 * random());
    const largest = decodeWeights(block, type.name).reduce((most, one) => Math.max(most, Math.abs(one)), 0);
    // Scales are among the bytes: most blocks have another magnitude, or no finite one.
    if (!(largest > 0.05 && largest < 0.5)) continue;
    bytes.set(block, from);
    from += block.length;
  }
  return bytes;
}
