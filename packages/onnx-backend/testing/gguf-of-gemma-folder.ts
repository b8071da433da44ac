import path from 'node:path';
import {
  decodeWeights,
  encodeWeights,
  readSafetensors,
  readSafetensorsBytes,
  tensorTypeByName,
  type TensorToWrite,
  type TensorType,
  type TypedValue,
  writeGguf,
} from '@foretoken/models';

/** GGUF's names, as llama.cpp's conversion of Gemma gives them. */
const names: readonly (readonly [RegExp, string])[] = [
  [/^model\.embed_tokens/, 'token_embd'],
  [/^model\.norm/, 'output_norm'],
  [/^model\.layers\./, 'blk.'],
  [/self_attn\.(q|k|v)_proj/, 'attn_$1'],
  [/self_attn\.o_proj/, 'attn_output'],
  [/self_attn\.(q|k)_norm/, 'attn_$1_norm'],
  [/input_layernorm/, 'attn_norm'],
  [/pre_feedforward_layernorm/, 'ffn_norm'],
  [/post_feedforward_layernorm/, 'post_ffw_norm'],
  [/mlp\.(gate|up|down)_proj/, 'ffn_$1'],
];

/**
 * Writes a Hugging Face folder's weights as a GGUF file, the way llama.cpp's script does it for Gemma; apart from the
 * product's own reading of both.
 */
export async function writeGgufOfGemmaFolder(
  folder: string,
  output: string,
  architecture: 'gemma' | 'gemma2' | 'gemma3',
  settings: Readonly<Record<string, TypedValue>>,
): Promise<void> {
  const file = await readSafetensors(path.join(folder, 'model.safetensors'));
  const tensors: TensorToWrite[] = [];
  for (const [source, { shape }] of file.tensors) {
    const afterAttention = architecture === 'gemma' ? 'ffn_norm' : 'post_attention_norm';
    const name = names
      .reduce((text, [from, to]) => text.replace(from, to), source)
      .replace('post_attention_layernorm', afterAttention);
    const values = decodeWeights(await readSafetensorsBytes(file, source), 'F32');
    if (name.endsWith('norm.weight')) for (const at of values.keys()) values[at] = (values[at] as number) + 1;
    tensors.push({
      name,
      shape: shape.toReversed(),
      type: tensorTypeByName('F32') as TensorType,
      data: async () => encodeWeights(values, 'F32'),
    });
  }
  const [width, vocabulary] = tensors.find(({ name }) => name === 'token_embd.weight')?.shape ?? [];
  const tokens = Array.from({ length: vocabulary as number }, (_, id) => `t${id}`);
  const whole = (value: number): TypedValue => ({ type: 'uint32', value });
  const own: Readonly<Record<string, TypedValue>> = {
    context_length: whole(128),
    embedding_length: whole(width as number),
    block_count: whole(2),
    feed_forward_length: whole(96),
    'attention.head_count': whole(4),
    'attention.head_count_kv': whole(2),
    'attention.key_length': whole(16),
    'attention.value_length': whole(16),
    'attention.layer_norm_rms_epsilon': { type: 'float32', value: 1e-5 },
    ...settings,
  };
  await writeGguf(
    output,
    new Map<string, TypedValue>([
      ['general.architecture', { type: 'string', value: architecture }],
      ...Object.entries(own).map(([key, value]) => [`${architecture}.${key}`, value] as const),
      ['tokenizer.ggml.model', { type: 'string', value: 'gpt2' }],
      ['tokenizer.ggml.tokens', { type: 'string[]', value: tokens }],
      ['tokenizer.ggml.merges', { type: 'string[]', value: ['t 1'] }],
    ]),
    tensors,
  );
}
