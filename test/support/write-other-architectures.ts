import { type TypedValue, writeGguf } from '@foretoken/models';
import { SeededRandom } from './seeded-random.js';
import { byteVocabulary, tensorToWrite } from './write-llama-gguf.js';

const vocabularySize = 257;
const width = 32;
const heads = 2;
const headWidth = 16;
const feedForwardWidth = 64;
const contextLength = 128;

const whole = (value: number): TypedValue => ({ type: 'uint32', value });

/** Writes a model of an architecture: metadata without the architecture's name before it, and tensors. */
async function writeModel(
  path: string,
  architecture: string,
  metadata: readonly (readonly [string, TypedValue])[],
  tensors: readonly (readonly [name: string, shape: readonly number[]])[],
): Promise<void> {
  const random = new SeededRandom(7);
  const values = (name: string, shape: readonly number[]): Float32Array => {
    const count = shape.reduce((product, length) => product * length, 1);
    const draw = (): number => {
      // Decay rates of a state are negative.
      if (name.endsWith('ssm_a')) return -0.2 - random.uniform();
      return shape.length === 1 && !name.endsWith('bias')
        ? 1 + random.normal(0.1)
        : random.normal(1.5 / Math.sqrt(shape.at(-1) as number));
    };
    return Float32Array.from({ length: count }, draw);
  };
  await writeGguf(
    path,
    new Map([
      ['general.architecture', { type: 'string', value: architecture }],
      ...[
        ['context_length', whole(contextLength)] as const,
        ['embedding_length', whole(width)] as const,
        ['attention.layer_norm_rms_epsilon', { type: 'float32', value: 1e-5 }] as const,
        ...metadata,
      ].map(([key, value]) => [`${architecture}.${key}`, value] as const),
      ...byteVocabulary(vocabularySize),
    ]),
    [
      ['token_embd.weight', [vocabularySize, width]] as const,
      ['output_norm.weight', [width]] as const,
      ...tensors,
    ].map(([name, shape]) => tensorToWrite(name, shape, values(name, shape), 'F32')),
  );
}

/** Gemma 3: five layers of six see a sliding window of this many tokens only. */
export function writeSlidingWindowModel(path: string, window: number): Promise<void> {
  const layers = 6;
  return writeModel(
    path,
    'gemma3',
    [
      ['block_count', whole(layers)],
      ['feed_forward_length', whole(feedForwardWidth)],
      ['attention.head_count', whole(heads)],
      ['attention.head_count_kv', whole(1)],
      ['attention.key_length', whole(headWidth)],
      ['attention.value_length', whole(headWidth)],
      ['attention.sliding_window', whole(window)],
    ],
    Array.from({ length: layers }, (_, layer): [string, number[]][] => [
      [`blk.${layer}.attn_norm.weight`, [width]],
      [`blk.${layer}.attn_q.weight`, [heads * headWidth, width]],
      [`blk.${layer}.attn_k.weight`, [headWidth, width]],
      [`blk.${layer}.attn_v.weight`, [headWidth, width]],
      [`blk.${layer}.attn_output.weight`, [width, heads * headWidth]],
      [`blk.${layer}.attn_q_norm.weight`, [headWidth]],
      [`blk.${layer}.attn_k_norm.weight`, [headWidth]],
      [`blk.${layer}.post_attention_norm.weight`, [width]],
      [`blk.${layer}.ffn_norm.weight`, [width]],
      [`blk.${layer}.ffn_gate.weight`, [feedForwardWidth, width]],
      [`blk.${layer}.ffn_up.weight`, [feedForwardWidth, width]],
      [`blk.${layer}.ffn_down.weight`, [width, feedForwardWidth]],
      [`blk.${layer}.post_ffw_norm.weight`, [width]],
    ]).flat(),
  );
}

const stateSize = 8;
const kernel = 4;

/** Mamba: a state instead of a cache. */
export function writeRecurrentModel(path: string): Promise<void> {
  const inner = 2 * width;
  const rank = 4;
  return writeModel(
    path,
    'mamba',
    [
      ['block_count', whole(2)],
      ['feed_forward_length', whole(0)],
      ['attention.head_count', whole(0)],
      ['ssm.conv_kernel', whole(kernel)],
      ['ssm.inner_size', whole(inner)],
      ['ssm.state_size', whole(stateSize)],
      ['ssm.time_step_rank', whole(rank)],
    ],
    [0, 1].flatMap((layer): [string, number[]][] => [
      [`blk.${layer}.attn_norm.weight`, [width]],
      [`blk.${layer}.ssm_in.weight`, [2 * inner, width]],
      [`blk.${layer}.ssm_conv1d.weight`, [inner, kernel]],
      [`blk.${layer}.ssm_conv1d.bias`, [inner]],
      [`blk.${layer}.ssm_x.weight`, [rank + 2 * stateSize, inner]],
      [`blk.${layer}.ssm_dt.weight`, [inner, rank]],
      [`blk.${layer}.ssm_dt.bias`, [inner]],
      [`blk.${layer}.ssm_a`, [inner, stateSize]],
      [`blk.${layer}.ssm_d`, [inner]],
      [`blk.${layer}.ssm_out.weight`, [width, inner]],
    ]),
  );
}

/** Falcon H1: attention and a state side by side in every layer. */
export function writeHybridModel(path: string): Promise<void> {
  const inner = width;
  const stateHeads = 2;
  const convolved = inner + 2 * stateSize;
  return writeModel(
    path,
    'falcon-h1',
    [
      ['block_count', whole(2)],
      ['feed_forward_length', whole(feedForwardWidth)],
      ['attention.head_count', whole(heads)],
      ['attention.head_count_kv', whole(1)],
      ['attention.key_length', whole(headWidth)],
      ['attention.value_length', whole(headWidth)],
      ['ssm.conv_kernel', whole(kernel)],
      ['ssm.inner_size', whole(inner)],
      ['ssm.state_size', whole(stateSize)],
      ['ssm.time_step_rank', whole(stateHeads)],
      ['ssm.group_count', whole(1)],
    ],
    [0, 1].flatMap((layer): [string, number[]][] => [
      [`blk.${layer}.attn_norm.weight`, [width]],
      [`blk.${layer}.ssm_in.weight`, [inner + convolved + stateHeads, width]],
      [`blk.${layer}.ssm_conv1d.weight`, [convolved, kernel]],
      [`blk.${layer}.ssm_conv1d.bias`, [convolved]],
      [`blk.${layer}.ssm_dt.bias`, [stateHeads]],
      [`blk.${layer}.ssm_a`, [stateHeads, 1]],
      [`blk.${layer}.ssm_d`, [stateHeads, 1]],
      [`blk.${layer}.ssm_norm.weight`, [1, inner]],
      [`blk.${layer}.ssm_out.weight`, [width, inner]],
      [`blk.${layer}.attn_q.weight`, [heads * headWidth, width]],
      [`blk.${layer}.attn_k.weight`, [headWidth, width]],
      [`blk.${layer}.attn_v.weight`, [headWidth, width]],
      [`blk.${layer}.attn_output.weight`, [width, heads * headWidth]],
      [`blk.${layer}.ffn_norm`, [width]],
      [`blk.${layer}.ffn_gate.weight`, [feedForwardWidth, width]],
      [`blk.${layer}.ffn_up.weight`, [feedForwardWidth, width]],
      [`blk.${layer}.ffn_down.weight`, [width, feedForwardWidth]],
    ]),
  );
}
