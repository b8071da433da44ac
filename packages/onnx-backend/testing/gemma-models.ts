import type { RandomModel } from './random-gguf.js';

/** Shorter than the texts of the tests. */
export const gemmaWindow = 6;

const whole = (value: number) => ({ type: 'uint32', value }) as const;
const real = (value: number) => ({ type: 'float32', value }) as const;

/**
 * Tiny models of Gemma's family: caps that bend most of the scores and logits; of two layers the first has a window.
 */
export const gemmaModels: Readonly<Record<'gemma' | 'gemma2' | 'gemma3', RandomModel>> = {
  gemma: { architecture: 'gemma', format: 'F32' },
  gemma2: {
    architecture: 'gemma2',
    format: 'F32',
    metadata: {
      'gemma2.attention.sliding_window': whole(gemmaWindow),
      'gemma2.attn_logit_softcapping': real(3),
      'gemma2.final_logit_softcapping': real(20),
    },
  },
  gemma3: {
    architecture: 'gemma3',
    format: 'F32',
    // Stretches the rotation of the layer without a window only.
    linearScaling: 4,
    metadata: {
      'gemma3.attention.sliding_window': whole(gemmaWindow),
      'gemma3.attention.sliding_window_pattern': whole(2),
      'gemma3.rope.freq_base_swa': real(100),
    },
  },
};
