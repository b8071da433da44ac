/** Hugging Face's name of a llama tensor to GGUF's; undefined for tensors that GGUF does not store. */
export function ggufTensorName(name: string): string | undefined {
  const whole = wholeNames.get(name);
  if (whole !== undefined) return whole;
  const match = /^model\.layers\.(\d+)\.(.+)$/.exec(name);
  const part = match === null ? undefined : layerNames.get(match[2] as string);
  return part === undefined ? undefined : `blk.${match?.[1]}.${part}`;
}

const wholeNames: ReadonlyMap<string, string> = new Map([
  ['model.embed_tokens.weight', 'token_embd.weight'],
  ['model.norm.weight', 'output_norm.weight'],
  ['lm_head.weight', 'output.weight'],
]);

const layerNames: ReadonlyMap<string, string> = new Map([
  ['input_layernorm.weight', 'attn_norm.weight'],
  ['self_attn.q_proj.weight', 'attn_q.weight'],
  ['self_attn.k_proj.weight', 'attn_k.weight'],
  ['self_attn.v_proj.weight', 'attn_v.weight'],
  ['self_attn.o_proj.weight', 'attn_output.weight'],
  ['post_attention_layernorm.weight', 'ffn_norm.weight'],
  ['mlp.gate_proj.weight', 'ffn_gate.weight'],
  ['mlp.up_proj.weight', 'ffn_up.weight'],
  ['mlp.down_proj.weight', 'ffn_down.weight'],
]);
