import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { encodeWeights } from '@foretoken/models';
import { randomNumbers } from './random-numbers.js';

export interface HuggingFaceModel {
  readonly architecture: 'llama' | 'qwen2' | 'mistral' | 'gemma' | 'gemma2' | 'gemma3_text';
  readonly tied?: boolean;
  /** Files that the weights are spread over, with an index; 1: none. */
  readonly shards?: number;
  /** Replaces or adds fields of config.json; null removes one. */
  readonly config?: Readonly<Record<string, unknown>>;
  readonly without?: string;
}

/** Writes a Hugging Face folder of random weights in float32: config.json, safetensors, tokenizer.json. */
export async function writeHuggingFaceFolder(folder: string, model: HuggingFaceModel): Promise<void> {
  await mkdir(folder, { recursive: true });
  const [width, heads, keyValueHeads, headWidth, feedForward, vocabulary] = [64, 4, 2, 16, 96, 300];
  const random = randomNumbers(3);
  const tensors = new Map<string, { readonly shape: readonly number[]; readonly values: Float32Array }>();
  const add = (name: string, shape: readonly number[], scale: number, middle = 0): void => {
    const length = shape.reduce((product, size) => product * size, 1);
    const values = Float32Array.from({ length }, () => middle + scale * (2 * random() - 1));
    if (name !== model.without) tensors.set(name, { shape, values });
  };
  const isGemma = model.architecture.startsWith('gemma');
  const hasOutputNorms = isGemma && model.architecture !== 'gemma';
  // Gemma stores the gains of its norms less one.
  const gain = isGemma ? 0 : 1;
  add('model.embed_tokens.weight', [vocabulary, width], 1);
  for (let layer = 0; layer < 2; layer++) {
    const name = (part: string): string => `model.layers.${layer}.${part}`;
    add(name('input_layernorm.weight'), [width], 0.2, gain);
    for (const [part, rows] of [
      ['q_proj', heads * headWidth],
      ['k_proj', keyValueHeads * headWidth],
      ['v_proj', keyValueHeads * headWidth],
    ] as const) {
      add(name(`self_attn.${part}.weight`), [rows, width], 0.3);
      if (model.architecture === 'qwen2') add(name(`self_attn.${part}.bias`), [rows], 0.5);
    }
    add(name('self_attn.o_proj.weight'), [width, heads * headWidth], 0.2);
    add(name('post_attention_layernorm.weight'), [width], 0.2, gain);
    if (hasOutputNorms) {
      add(name('pre_feedforward_layernorm.weight'), [width], 0.2, gain);
      add(name('post_feedforward_layernorm.weight'), [width], 0.2, gain);
    }
    if (model.architecture === 'gemma3_text') {
      add(name('self_attn.q_norm.weight'), [headWidth], 0.2, gain);
      add(name('self_attn.k_norm.weight'), [headWidth], 0.2, gain);
    }
    add(name('mlp.gate_proj.weight'), [feedForward, width], 0.3);
    add(name('mlp.up_proj.weight'), [feedForward, width], 0.3);
    add(name('mlp.down_proj.weight'), [width, feedForward], 0.2);
  }
  add('model.norm.weight', [width], 0.2, gain);
  const tied = model.tied ?? isGemma;
  if (!tied) add('lm_head.weight', [vocabulary, width], 0.3);

  const config: Record<string, unknown> = {
    model_type: model.architecture,
    hidden_act: isGemma ? 'gelu_pytorch_tanh' : 'silu',
    vocab_size: vocabulary,
    max_position_embeddings: 128,
    hidden_size: width,
    num_hidden_layers: 2,
    num_attention_heads: heads,
    num_key_value_heads: keyValueHeads,
    head_dim: headWidth,
    intermediate_size: feedForward,
    rms_norm_eps: 1e-5,
    rope_theta: 1000,
    tie_word_embeddings: tied,
    bos_token_id: 0,
    eos_token_id: 1,
    ...model.config,
  };
  for (const [key, value] of Object.entries(config)) if (value === null) delete config[key];
  await writeFile(path.join(folder, 'config.json'), JSON.stringify(config));
  await writeFile(path.join(folder, 'tokenizer.json'), JSON.stringify(byteTokenizer(vocabulary)));

  const { shards = 1 } = model;
  const names = [...tensors.keys()];
  const places: Record<string, string> = {};
  for (let shard = 0; shard < shards; shard++) {
    const file = shards === 1 ? 'model.safetensors' : `model-${shard + 1}-of-${shards}.safetensors`;
    const part = names.filter((_, index) => index % shards === shard);
    for (const name of part) places[name] = file;
    const header: Record<string, unknown> = {};
    let offset = 0;
    for (const name of part) {
      const { shape, values } = tensors.get(name) as { shape: readonly number[]; values: Float32Array };
      header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + values.byteLength] };
      offset += values.byteLength;
    }
    const text = Buffer.from(JSON.stringify(header));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(text.length));
    const data = part.map((name) =>
      encodeWeights((tensors.get(name) as { values: Float32Array }).values, 'F32'),
    );
    await writeFile(path.join(folder, file), Buffer.concat([length, text, ...data]));
  }
  if (shards > 1) {
    await writeFile(
      path.join(folder, 'model.safetensors.index.json'),
      JSON.stringify({ weight_map: places }),
    );
  }
}

/** Byte-level BPE with one merge; what of the vocabulary is not needed stays unused. */
function byteTokenizer(size: number): unknown {
  const vocabulary: Record<string, number> = { '<begin>': 0, '<end>': 1 };
  const printable = (byte: number): boolean =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff);
  let next = 0x100;
  for (let byte = 0; byte < 256; byte++) {
    vocabulary[String.fromCodePoint(printable(byte) ? byte : next++)] = byte + 2;
  }
  vocabulary['ab'] = 258;
  for (let id = 259; id < size; id++) vocabulary[`unused ${id}`] = id;
  const special = (id: number, content: string): object => ({
    id,
    content,
    special: true,
    normalized: false,
  });
  return {
    model: { type: 'BPE', vocab: vocabulary, merges: ['a b'] },
    normalizer: null,
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, use_regex: true },
    post_processor: null,
    decoder: { type: 'ByteLevel' },
    added_tokens: [special(0, '<begin>'), special(1, '<end>')],
  };
}
