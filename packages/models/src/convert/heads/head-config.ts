import { InvalidModelFileError, UnsupportedError } from '@foretoken/core';
import { isObject } from '../../is-object.js';
import type { SafetensorsFile } from '../../safetensors/read-safetensors.js';
import { showValue } from '../../show-value.js';

/** Sizes of an MLP speculator (Wertheimer et al. 2404.19124). */
export interface MlpSpeculatorConfig {
  readonly kind: 'mlp-speculator';
  /** Tokens that it predicts. */
  readonly predictionCount: number;
  /** Width of its own state. */
  readonly innerWidth: number;
  /** Width of the target's hidden states. */
  readonly width: number;
  readonly vocabularySize: number;
  readonly stateWeight: number;
  readonly embeddingWeight: number;
}

/** Sizes of an EAGLE head (Li et al. 2401.15077), which HASS (Zhang et al. 2408.15766) trains in another way. */
export interface EagleConfig {
  readonly kind: 'eagle';
  readonly width: number;
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly feedForwardWidth: number;
}

/**
 * The configuration in a head's metadata.
 *
 * @throws InvalidModelFileError naming the field; UnsupportedError for another form of head.
 */
export function headConfig({ path, metadata }: SafetensorsFile): MlpSpeculatorConfig | EagleConfig {
  const config = parse(path, metadata.get('config'));
  const number = (key: string): number => {
    const value = config[key];
    if (typeof value === 'number' && value > 0 && Number.isFinite(value)) return value;
    throw new InvalidModelFileError(`${path}: ${key} is ${showValue(value)}, not a number above 0.`);
  };
  const whole = (key: string): number => {
    const value = number(key);
    if (Number.isSafeInteger(value)) return value;
    throw new InvalidModelFileError(`${path}: ${key} is ${value}, not a whole number.`);
  };
  if ('n_predict' in config) {
    if (config['tie_weights'] !== true) {
      throw new UnsupportedError(`${path}: an MLP speculator whose steps do not share their weights.`);
    }
    return {
      kind: 'mlp-speculator',
      predictionCount: whole('n_predict'),
      innerWidth: whole('inner_dim'),
      width: whole('emb_dim'),
      vocabularySize: whole('vocab_size'),
      stateWeight: number('state_weight'),
      embeddingWeight: number('emb_weight'),
    };
  }
  return {
    kind: 'eagle',
    width: whole('hidden_size'),
    heads: whole('num_attention_heads'),
    keyValueHeads: whole('num_key_value_heads'),
    feedForwardWidth: whole('intermediate_size'),
  };
}

function parse(path: string, text: string | undefined): Readonly<Record<string, unknown>> {
  let config: unknown;
  try {
    config = JSON.parse(text ?? '');
  } catch {
    // Falls through to the message.
  }
  if (isObject(config)) return config;
  throw new InvalidModelFileError(
    `${path}: its metadata has no JSON object "config": this is not a drafting head.`,
  );
}
