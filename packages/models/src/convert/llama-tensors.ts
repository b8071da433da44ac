import type { ModelConfig } from './model-config.js';
import type { ExpectedTensor } from './tensor-in-format.js';

/** Every tensor that a model of this configuration has, by Hugging Face's name. */
export function llamaTensors(config: ModelConfig): ReadonlyMap<string, ExpectedTensor> {
  const { vocabularySize, width, heads, keyValueHeads, feedForwardWidth } = config;
  const queryWidth = heads * config.headWidth;
  const keyWidth = keyValueHeads * config.headWidth;
  const tensors = new Map<string, ExpectedTensor>();
  const add = (source: string, name: string, shape: number[], rotatedHeads?: number): void => {
    tensors.set(`${source}.weight`, { name: `${name}.weight`, shape, rotatedHeads });
  };
  add('model.embed_tokens', 'token_embd', [vocabularySize, width]);
  add('model.norm', 'output_norm', [width]);
  if (!config.tiedEmbeddings) add('lm_head', 'output', [vocabularySize, width]);
  for (let layer = 0; layer < config.layers; layer++) {
    const from = `model.layers.${layer}`;
    const to = `blk.${layer}`;
    add(`${from}.input_layernorm`, `${to}.attn_norm`, [width]);
    add(`${from}.self_attn.q_proj`, `${to}.attn_q`, [queryWidth, width], heads);
    add(`${from}.self_attn.k_proj`, `${to}.attn_k`, [keyWidth, width], keyValueHeads);
    add(`${from}.self_attn.v_proj`, `${to}.attn_v`, [keyWidth, width]);
    add(`${from}.self_attn.o_proj`, `${to}.attn_output`, [width, queryWidth]);
    add(`${from}.post_attention_layernorm`, `${to}.ffn_norm`, [width]);
    add(`${from}.mlp.gate_proj`, `${to}.ffn_gate`, [feedForwardWidth, width]);
    add(`${from}.mlp.up_proj`, `${to}.ffn_up`, [feedForwardWidth, width]);
    add(`${from}.mlp.down_proj`, `${to}.ffn_down`, [width, feedForwardWidth]);
  }
  return tensors;
}

/** Tensors that a file may hold and GGUF does not: they follow from others or from the configuration. */
export function isDerivedTensor(source: string, config: ModelConfig): boolean {
  if (source === 'lm_head.weight') return config.tiedEmbeddings;
  return source.endsWith('rotary_emb.inv_freq');
}
