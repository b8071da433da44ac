import {
  encodeWeights,
  tensorTypeByName,
  type TensorToWrite,
  type TensorType,
  type TypedValue,
  type WeightFormat,
  writeGguf,
} from '@foretoken/models';
import { byteLevelCharacter, endTokenText } from './byte-tokenizer-json.js';
import { type LlamaShape, llamaWeights, smallestShape, type Weights } from './llama-weights.js';

export interface LlamaGgufOptions {
  readonly shape?: LlamaShape;
  /** By Hugging Face's names. The rows of queries and keys are taken as they are, not reordered. */
  readonly weights?: ReadonlyMap<string, Weights>;
  /** Of the matrices; vectors are F32. */
  readonly format?: 'F32' | WeightFormat;
  readonly seed?: number;
  /** Metadata of the tokenizer; default: a token a byte and an end token. */
  readonly vocabulary?: readonly (readonly [string, TypedValue])[];
}

/** Writes a GGUF file of the llama architecture with random weights. */
export async function writeLlamaGguf(path: string, options: LlamaGgufOptions = {}): Promise<void> {
  const { shape = smallestShape, format = 'F32', seed = 1 } = options;
  const vocabulary = options.vocabulary ?? byteVocabulary(shape.vocabularySize);
  const weights = options.weights ?? llamaWeights(shape, seed);
  await writeGguf(
    path,
    new Map([...llamaMetadata(shape), ...vocabulary]),
    [...weights].map(([name, { shape: lengths, values }]) =>
      tensorToWrite(ggufName(name), lengths, values, lengths.length === 1 ? 'F32' : format),
    ),
  );
}

export function llamaMetadata(shape: LlamaShape): [string, TypedValue][] {
  const whole = (value: number): TypedValue => ({ type: 'uint32', value });
  return [
    ['general.architecture', { type: 'string', value: 'llama' }],
    ['llama.vocab_size', whole(shape.vocabularySize)],
    ['llama.context_length', whole(shape.contextLength)],
    ['llama.embedding_length', whole(shape.width)],
    ['llama.block_count', whole(shape.layers)],
    ['llama.feed_forward_length', whole(shape.feedForwardWidth)],
    ['llama.attention.head_count', whole(shape.heads)],
    ['llama.attention.head_count_kv', whole(shape.keyValueHeads)],
    ['llama.attention.key_length', whole(shape.headWidth)],
    ['llama.attention.value_length', whole(shape.headWidth)],
    ['llama.attention.layer_norm_rms_epsilon', { type: 'float32', value: 1e-5 }],
    ['llama.rope.dimension_count', whole(shape.headWidth)],
    ['llama.rope.freq_base', { type: 'float32', value: 10_000 }],
  ];
}

/** A vocabulary of bytes, an end token (256), and unused tokens up to the size. */
export function byteVocabulary(size: number): [string, TypedValue][] {
  const text = (id: number): string => {
    if (id < 256) return byteLevelCharacter(id);
    return id === 256 ? endTokenText : `[UNUSED${id}]`;
  };
  const kind = (id: number): number => (id < 256 ? 1 : id === 256 ? 3 : 5);
  const ids = Array.from({ length: size }, (_, id) => id);
  return [
    ['tokenizer.ggml.model', { type: 'string', value: 'gpt2' }],
    ['tokenizer.ggml.pre', { type: 'string', value: 'gpt-2' }],
    ['tokenizer.ggml.tokens', { type: 'string[]', value: ids.map(text) }],
    ['tokenizer.ggml.token_type', { type: 'int32[]', value: ids.map(kind) }],
    ['tokenizer.ggml.merges', { type: 'string[]', value: [] }],
    ['tokenizer.ggml.bos_token_id', { type: 'uint32', value: 256 }],
    ['tokenizer.ggml.eos_token_id', { type: 'uint32', value: 256 }],
  ];
}

/** @param shape slowest dimension first. */
export function tensorToWrite(
  name: string,
  shape: readonly number[],
  values: Float32Array,
  format: 'F32' | WeightFormat,
): TensorToWrite {
  return {
    name,
    shape: shape.toReversed(),
    type: tensorTypeByName(format) as TensorType,
    data: async () => encodeWeights(values, format),
  };
}

const names: readonly (readonly [string, string])[] = [
  ['model.layers.', 'blk.'],
  ['self_attn.q_proj', 'attn_q'],
  ['self_attn.k_proj', 'attn_k'],
  ['self_attn.v_proj', 'attn_v'],
  ['self_attn.o_proj', 'attn_output'],
  ['input_layernorm', 'attn_norm'],
  ['post_attention_layernorm', 'ffn_norm'],
  ['mlp.gate_proj', 'ffn_gate'],
  ['mlp.up_proj', 'ffn_up'],
  ['mlp.down_proj', 'ffn_down'],
  ['model.embed_tokens', 'token_embd'],
  ['model.norm', 'output_norm'],
  ['lm_head', 'output'],
];

function ggufName(name: string): string {
  return names.reduce((text, [from, to]) => text.replace(from, to), name);
}
