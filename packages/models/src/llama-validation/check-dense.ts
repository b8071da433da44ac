import type { MetadataCheck } from './metadata-check.js';

/** Hyperparameters and shapes of the dense llama-like block (`llama`, `qwen2`, `gemma` to `gemma3`). */
export function checkDense(
  check: MetadataCheck,
  architecture: string,
  layers: number,
  width: number,
  partialRotation: boolean,
): void {
  const key = (name: string): string => `${architecture}.${name}`;
  const feedForward = check.whole(key('feed_forward_length'), 1, 2 ** 22);
  const heads = check.whole(key('attention.head_count'), 1, 4096);
  const keyValueHeads = check.optionalWhole(key('attention.head_count_kv')) ?? heads;
  if (keyValueHeads < 1 || heads % keyValueHeads !== 0) {
    throw check.fail(`${heads} heads cannot share ${keyValueHeads} key-value heads`);
  }
  const headWidth = check.optionalWhole(key('attention.key_length')) ?? width / heads;
  if (!Number.isInteger(headWidth) || headWidth < 2 || headWidth > 1024 || headWidth % 2 !== 0) {
    throw check.fail(`a head cannot be ${headWidth} wide`);
  }
  const valueWidth = check.optionalWhole(key('attention.value_length')) ?? headWidth;
  if (valueWidth !== headWidth) throw check.fail(`keys are ${headWidth} wide and values ${valueWidth}`);
  const rotated = check.optionalWhole(key('rope.dimension_count')) ?? headWidth;
  const rotatable = partialRotation ? rotated >= 2 && rotated <= headWidth : rotated === headWidth;
  if (!rotatable || rotated % 2 !== 0) {
    throw check.fail(`${rotated} of ${headWidth} elements cannot be rotated`);
  }
  const outputWidth = check.optionalWhole(key('embedding_length_out')) ?? 0;
  if (outputWidth !== 0 && outputWidth !== width) {
    throw check.fail(`the hidden states are ${width} wide before and ${outputWidth} after the last layer`);
  }
  check.positive(key('attention.layer_norm_rms_epsilon'));
  check.optionalPositive(key('rope.freq_base'));
  check.shape('output_norm.weight', [width]);
  for (let layer = 0; layer < layers; layer++) {
    const name = (part: string): string => `blk.${layer}.${part}.weight`;
    check.shape(name('attn_norm'), [width]);
    check.shape(name('attn_q'), [width, heads * headWidth]);
    check.shape(name('attn_k'), [width, keyValueHeads * headWidth]);
    check.shape(name('attn_v'), [width, keyValueHeads * headWidth]);
    check.shape(name('attn_output'), [heads * headWidth, width]);
    check.shape(name('ffn_norm'), [width]);
    if ((check.optionalWhole(key('expert_count')) ?? 0) > 0) continue;
    check.shape(name('ffn_gate'), [width, feedForward]);
    check.shape(name('ffn_up'), [width, feedForward]);
    check.shape(name('ffn_down'), [feedForward, width]);
  }
}
