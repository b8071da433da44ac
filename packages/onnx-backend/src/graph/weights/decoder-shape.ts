import { UnsupportedError } from '@foretoken/core';

export const supportedArchitectures = ['llama', 'mistral', 'qwen2', 'gemma', 'gemma2', 'gemma3'] as const;

export type Architecture = (typeof supportedArchitectures)[number];

/** How positions are rotated into queries and keys (Su et al. 2021, equation 34). */
export interface RotarySettings {
  /** Elements of a head that are rotated, from its start; even. */
  readonly width: number;
  /** Element pair i turns by position * base^(-2i / width) / factors[i]. */
  readonly base: number;
  /** [width / 2]; all 1 without scaling. */
  readonly factors: Float64Array;
}

/** Layers that see a sliding window only. */
interface LocalAttention {
  /** Tokens that a row sees: itself and those before it. */
  readonly window: number;
  readonly rotary: RotarySettings;
  /** [layers]: true for those with the window; the others see everything before them. */
  readonly layers: readonly boolean[];
}

/** Sizes and settings of a dense decoder-only transformer. */
export interface DecoderShape {
  readonly architecture: Architecture;
  readonly vocabularySize: number;
  /** Positions that the model was trained for. */
  readonly contextLength: number;
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly headWidth: number;
  readonly feedForwardWidth: number;
  readonly normEpsilon: number;
  /** Of layers without a window. */
  readonly rotary: RotarySettings;
  /** Undefined: no layer has a window. */
  readonly local?: LocalAttention | undefined;
  /** What embedded tokens are multiplied by; default 1. */
  readonly embeddingScale?: number | undefined;
  /** What attention scores are multiplied by; default 1 / sqrt(headWidth). */
  readonly attentionScale?: number | undefined;
  /** Soft cap of attention scores s: cap * tanh(s / cap); undefined: none. */
  readonly attentionCap?: number | undefined;
  /** Soft cap of the logits, likewise. */
  readonly logitCap?: number | undefined;
  /** What the gate of the feed-forward part goes through; default silu. `gelu` is the form with tanh. */
  readonly gate?: 'silu' | 'gelu' | undefined;
  /** True: what attention and feed-forward part give is normed before it is added. */
  readonly outputNorms?: boolean | undefined;
  /** True: queries and keys of every head are normed before they are rotated. */
  readonly headNorms?: boolean | undefined;
}

/** Relatives of the supported architectures, and what of them no graph expresses. */
const refusals: ReadonlyMap<unknown, string> = new Map([
  ['mistral3', 'its rotary scaling (YaRN) and its scaling of attention by position are not generated'],
  ['ministral3', 'its rotary scaling (YaRN) and its scaling of attention by position are not generated'],
  ['mixtral', 'mixtures of experts are not generated'],
  [
    'gemma3n',
    'layers that share keys and values, and embeddings of their own for each layer, are not generated',
  ],
]);

/** @throws UnsupportedError, which lists what is supported. */
export function checkArchitecture(where: string, name: unknown): Architecture {
  const known = supportedArchitectures.find((architecture) => architecture === name);
  if (known !== undefined) return known;
  const refusal = refusals.get(name);
  const reason = refusal === undefined ? '' : ` (${refusal})`;
  throw new UnsupportedError(
    `${where}: the architecture is ${JSON.stringify(name)}${reason}; ONNX graphs can be generated for ${supportedArchitectures.slice(0, -1).join(', ')} and ${supportedArchitectures.at(-1)}. llama.cpp may run it: --backend llamacpp.`,
  );
}
