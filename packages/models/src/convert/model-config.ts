import { readFile } from 'node:fs/promises';
import { InvalidModelFileError, UnsupportedError } from '@foretoken/core';

/** What conversion needs of a Hugging Face config.json of the llama architecture. */
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
  readonly beginToken: number | undefined;
  readonly endToken: number | undefined;
}

/** @throws InvalidModelFileError, UnsupportedError naming the field. */
export async function readModelConfig(path: string): Promise<ModelConfig> {
  const config = await readJson(path);
  const whole = (key: string, fallback?: number): number => {
    const value = config[key] ?? fallback;
    if (!Number.isSafeInteger(value) || (value as number) < 1) {
      throw new InvalidModelFileError(
        `${path}: ${key} is ${JSON.stringify(value)}, not a whole number above 0.`,
      );
    }
    return value as number;
  };
  const positive = (key: string, fallback: number): number => {
    const value = config[key] ?? fallback;
    if (typeof value !== 'number' || !(value > 0)) {
      throw new InvalidModelFileError(`${path}: ${key} is ${JSON.stringify(value)}, not a number above 0.`);
    }
    return value;
  };
  const refuse = (key: string, expected: unknown): void => {
    const value = config[key];
    if (value !== undefined && value !== null && value !== expected) {
      throw new UnsupportedError(
        `${path}: ${key} is ${JSON.stringify(value)}; only ${JSON.stringify(expected)} is supported.`,
      );
    }
  };
  if (config['model_type'] !== 'llama') {
    throw new UnsupportedError(
      `${path}: the model type is ${JSON.stringify(config['model_type'])}; only "llama" is supported.`,
    );
  }
  refuse('hidden_act', 'silu');
  refuse('attention_bias', false);
  refuse('mlp_bias', false);
  refuse('rope_scaling', null);
  const width = whole('hidden_size');
  const heads = whole('num_attention_heads');
  return {
    vocabularySize: whole('vocab_size'),
    contextLength: whole('max_position_embeddings'),
    width,
    layers: whole('num_hidden_layers'),
    heads,
    keyValueHeads: whole('num_key_value_heads', heads),
    headWidth: whole('head_dim', width / heads),
    feedForwardWidth: whole('intermediate_size'),
    normEpsilon: positive('rms_norm_eps', 1e-6),
    rotaryBase: positive('rope_theta', 10_000),
    beginToken: tokenId(config['bos_token_id']),
    endToken: tokenId(config['eos_token_id']),
  };
}

/** A JSON object from a file. */
export async function readJson(path: string): Promise<Record<string, unknown>> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new InvalidModelFileError(`${path} cannot be read (${(error as NodeJS.ErrnoException).code}).`, {
      cause: error,
    });
  }
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
  } catch (error) {
    throw new InvalidModelFileError(`${path} is not JSON: ${String(error)}.`, { cause: error });
  }
  throw new InvalidModelFileError(`${path} is not a JSON object.`);
}

function tokenId(value: unknown): number | undefined {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return Number.isSafeInteger(first) ? (first as number) : undefined;
}
