import { SeededRandom } from './seeded-random.js';

/** Sizes of a llama model for tests. */
export interface LlamaShape {
  readonly vocabularySize: number;
  readonly contextLength: number;
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly headWidth: number;
  readonly feedForwardWidth: number;
  readonly tiedEmbeddings: boolean;
}

/** One layer, a token a byte and one that ends a text: loads in milliseconds. */
export const smallestShape: LlamaShape = {
  vocabularySize: 257,
  contextLength: 128,
  width: 32,
  layers: 1,
  heads: 2,
  keyValueHeads: 1,
  headWidth: 16,
  feedForwardWidth: 64,
  tiedEmbeddings: true,
};

export interface Weights {
  /** Slowest dimension first. */
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** Random weights by Hugging Face's names: large enough that tokens and positions matter. */
export function llamaWeights(shape: LlamaShape, seed: number): Map<string, Weights> {
  const random = new SeededRandom(seed);
  const weights = new Map<string, Weights>();
  const add = (name: string, ...lengths: number[]): void => {
    const count = lengths.reduce((product, length) => product * length, 1);
    const draw =
      lengths.length === 1
        ? () => 1 + random.normal(0.1)
        : () => random.normal(1.5 / Math.sqrt(lengths.at(-1) as number));
    weights.set(`${name}.weight`, { shape: lengths, values: Float32Array.from({ length: count }, draw) });
  };
  const { vocabularySize, width, feedForwardWidth } = shape;
  const queryWidth = shape.heads * shape.headWidth;
  const keyWidth = shape.keyValueHeads * shape.headWidth;
  add('model.embed_tokens', vocabularySize, width);
  for (let layer = 0; layer < shape.layers; layer++) {
    const prefix = `model.layers.${layer}`;
    add(`${prefix}.input_layernorm`, width);
    add(`${prefix}.self_attn.q_proj`, queryWidth, width);
    add(`${prefix}.self_attn.k_proj`, keyWidth, width);
    add(`${prefix}.self_attn.v_proj`, keyWidth, width);
    add(`${prefix}.self_attn.o_proj`, width, queryWidth);
    add(`${prefix}.post_attention_layernorm`, width);
    add(`${prefix}.mlp.gate_proj`, feedForwardWidth, width);
    add(`${prefix}.mlp.up_proj`, feedForwardWidth, width);
    add(`${prefix}.mlp.down_proj`, width, feedForwardWidth);
  }
  add('model.norm', width);
  if (!shape.tiedEmbeddings) add('lm_head', vocabularySize, width);
  return weights;
}
