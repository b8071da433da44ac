import { InvalidModelFileError, UnsupportedError } from '@foretoken/core';
import { checkArchitecture, type DecoderShape } from './decoder-shape.js';
import { readJson } from './read-json.js';
import { llama3Factors } from './llama3-factors.js';

export interface HuggingFaceConfig {
  readonly shape: DecoderShape;
  /** True where the output matrix is the embedding matrix. */
  readonly tiedEmbeddings: boolean;
}

/** The config.json of a llama or qwen2 model. @throws InvalidModelFileError, UnsupportedError naming the field. */
export async function readHuggingFaceConfig(path: string): Promise<HuggingFaceConfig> {
  const config = await readJson(path);
  const architecture = checkArchitecture(path, config['model_type']);
  const fields = new Fields(path, config);
  fields.refuseOtherThan('hidden_act', 'silu');
  fields.refuseOtherThan('mlp_bias', false);
  fields.refuseOtherThan('use_sliding_window', false);
  fields.refuseOtherThan('quantization_config', null);
  const width = fields.whole('hidden_size');
  const heads = fields.whole('num_attention_heads');
  const keyValueHeads = fields.whole('num_key_value_heads', heads);
  const headWidth = fields.whole('head_dim', width / heads);
  if (heads % keyValueHeads !== 0) {
    throw new InvalidModelFileError(`${path}: ${heads} heads cannot share ${keyValueHeads} key-value heads.`);
  }
  // Transformers 5 keeps the rotary settings together, earlier versions apart.
  const rotary = new Fields(path, {
    rope_theta: config['rope_theta'],
    partial_rotary_factor: config['partial_rotary_factor'],
    ...fields.object('rope_scaling'),
    ...fields.object('rope_parameters'),
  });
  const rotaryWidth = headWidth * rotary.positive('partial_rotary_factor', 1);
  if (!Number.isInteger(rotaryWidth) || rotaryWidth % 2 !== 0 || rotaryWidth > headWidth) {
    throw new InvalidModelFileError(`${path}: ${rotaryWidth} of ${headWidth} elements cannot be rotated.`);
  }
  const base = rotary.positive('rope_theta', 10_000);
  const shape: DecoderShape = {
    architecture,
    vocabularySize: fields.whole('vocab_size'),
    contextLength: fields.whole('max_position_embeddings'),
    width,
    layers: fields.whole('num_hidden_layers'),
    heads,
    keyValueHeads,
    headWidth,
    feedForwardWidth: fields.whole('intermediate_size'),
    normEpsilon: fields.positive('rms_norm_eps', 1e-6),
    rotary: { width: rotaryWidth, base, factors: rotaryFactors(rotary, rotaryWidth, base) },
  };
  return { shape, tiedEmbeddings: config['tie_word_embeddings'] === true };
}

function rotaryFactors(rotary: Fields, width: number, base: number): Float64Array {
  const kind = rotary.value('rope_type') ?? rotary.value('type') ?? 'default';
  switch (kind) {
    case 'default':
      return new Float64Array(width / 2).fill(1);
    case 'linear':
      return new Float64Array(width / 2).fill(rotary.positive('factor'));
    case 'llama3':
      return llama3Factors(width, base, {
        factor: rotary.positive('factor'),
        lowFrequencyFactor: rotary.positive('low_freq_factor'),
        highFrequencyFactor: rotary.positive('high_freq_factor'),
        trainedLength: rotary.whole('original_max_position_embeddings'),
      });
    default:
      throw new UnsupportedError(
        `${rotary.path}: the rotary scaling is ${JSON.stringify(kind)}; default, linear and llama3 are supported.`,
      );
  }
}

/** Typed access to a JSON object, with errors that name the field. */
class Fields {
  readonly path: string;
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(path: string, values: Readonly<Record<string, unknown>>) {
    this.path = path;
    this.#values = values;
  }

  value(key: string): unknown {
    return this.#values[key] ?? undefined;
  }

  whole(key: string, fallback?: number): number {
    const value = this.value(key) ?? fallback;
    if (Number.isSafeInteger(value) && (value as number) >= 1) return value as number;
    throw new InvalidModelFileError(
      `${this.path}: ${key} is ${JSON.stringify(value)}, not a whole number above 0.`,
    );
  }

  positive(key: string, fallback?: number): number {
    const value = this.value(key) ?? fallback;
    if (typeof value === 'number' && value > 0 && Number.isFinite(value)) return value;
    throw new InvalidModelFileError(
      `${this.path}: ${key} is ${JSON.stringify(value)}, not a number above 0.`,
    );
  }

  object(key: string): Readonly<Record<string, unknown>> {
    const value = this.value(key) ?? {};
    if (typeof value === 'object' && !Array.isArray(value)) return value as Record<string, unknown>;
    throw new InvalidModelFileError(`${this.path}: ${key} is ${JSON.stringify(value)}, not an object.`);
  }

  refuseOtherThan(key: string, expected: unknown): void {
    const value = this.value(key);
    if (value !== undefined && value !== expected) {
      throw new UnsupportedError(
        `${this.path}: ${key} is ${JSON.stringify(value)}; only ${JSON.stringify(expected)} is supported.`,
      );
    }
  }
}
