import { InvalidModelFileError, UnsupportedError } from '@foretoken/core';
import { readJson } from '../read-json.js';
import { showValue } from '../show-value.js';

/** What conversion needs of a Hugging Face config.json of the llama or mistral architecture. */
export interface ModelConfig {
  readonly vocabularySize: number;
  readonly contextLength: number;
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly headWidth: number;
  readonly feedForwardWidth: number;
  readonly normEpsilon: number;
  readonly rotaryBase: number;
  /** True where the output matrix is the embedding matrix. */
  readonly tiedEmbeddings: boolean;
  readonly beginToken: number | undefined;
  readonly endToken: number | undefined;
}

interface RotaryParameters {
  readonly rope_theta?: number;
  readonly rope_type?: unknown;
}

/** @throws InvalidModelFileError, UnsupportedError naming the field. */
export async function readModelConfig(path: string): Promise<ModelConfig> {
  const config = await readJson(path);
  const whole = (key: string, fallback?: number): number => {
    const value = config[key] ?? fallback;
    if (!Number.isSafeInteger(value) || (value as number) < 1) {
      throw new InvalidModelFileError(`${path}: ${key} is ${showValue(value)}, not a whole number above 0.`);
    }
    return value as number;
  };
  const positive = (key: string, fallback: number): number => {
    const value = config[key] ?? fallback;
    if (typeof value !== 'number' || !(value > 0)) {
      throw new InvalidModelFileError(`${path}: ${key} is ${showValue(value)}, not a number above 0.`);
    }
    return value;
  };
  const refuse = (key: string, expected: unknown): void => {
    const value = config[key];
    if (value !== undefined && value !== null && value !== expected) {
      throw new UnsupportedError(
        `${path}: ${key} is ${showValue(value)}; only ${showValue(expected)} is supported.`,
      );
    }
  };
  const kind = config['model_type'];
  if (kind !== 'llama' && kind !== 'mistral') {
    throw new UnsupportedError(
      `${path}: the model type is ${showValue(kind)}; only "llama" and "mistral" are supported.`,
    );
  }
  refuse('hidden_act', 'silu');
  refuse('attention_bias', false);
  refuse('mlp_bias', false);
  refuse('rope_scaling', null);
  refuse('quantization_config', null);
  refuse('partial_rotary_factor', 1);
  // Where Transformers 5 keeps the rotary base.
  const { rope_theta: nestedBase, rope_type: rotaryKind } = (config['rope_parameters'] ??
    {}) as RotaryParameters;
  if ((rotaryKind ?? 'default') !== 'default') {
    throw new UnsupportedError(
      `${path}: the rotary embedding is ${showValue(rotaryKind)}; only "default" is supported.`,
    );
  }
  const contextLength = whole('max_position_embeddings');
  if (kind === 'mistral' && whole('sliding_window', contextLength) < contextLength) {
    throw new UnsupportedError(
      `${path}: every layer sees a sliding window, which GGUF's llama architecture does not have: load the folder itself with ONNX.`,
    );
  }
  const width = whole('hidden_size');
  const heads = whole('num_attention_heads');
  const vocabularySize = whole('vocab_size');
  const tokenId = (key: string): number | undefined => {
    const value = config[key];
    const first: unknown = Array.isArray(value) ? value[0] : value;
    if (first === undefined || first === null) return undefined;
    if (Number.isInteger(first) && (first as number) >= 0 && (first as number) < vocabularySize) {
      return first as number;
    }
    throw new InvalidModelFileError(`${path}: ${key} is ${showValue(value)}, with ${vocabularySize} tokens.`);
  };
  return {
    vocabularySize,
    contextLength,
    width,
    layers: whole('num_hidden_layers'),
    heads,
    keyValueHeads: whole('num_key_value_heads', heads),
    headWidth: whole('head_dim', width / heads),
    feedForwardWidth: whole('intermediate_size'),
    normEpsilon: positive('rms_norm_eps', 1e-6),
    rotaryBase: positive('rope_theta', nestedBase ?? 10_000),
    tiedEmbeddings: config['tie_word_embeddings'] === true,
    beginToken: tokenId('bos_token_id'),
    endToken: tokenId('eos_token_id'),
  };
}
