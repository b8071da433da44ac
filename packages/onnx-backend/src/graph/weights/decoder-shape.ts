import { UnsupportedError } from '@foretoken/core';

const supportedArchitectures = ['llama', 'qwen2'] as const;

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
  readonly rotary: RotarySettings;
}

/** @throws UnsupportedError, which lists what is supported. */
export function checkArchitecture(where: string, name: unknown): Architecture {
  const known = supportedArchitectures.find((architecture) => architecture === name);
  if (known !== undefined) return known;
  throw new UnsupportedError(
    `${where}: the architecture is ${JSON.stringify(name)}; ONNX graphs can be generated for ${supportedArchitectures.join(' and ')}. llama.cpp may run it: --backend llamacpp.`,
  );
}
