import { InvalidModelFileError, UnsupportedError } from '@foretoken/core';
import type { ConfigFields } from './config-fields.js';
import type { RotarySettings } from './decoder-shape.js';
import { llama3Factors } from './llama3-factors.js';

/**
 * The rotation that a config.json describes.
 *
 * @param rotary its rotary settings.
 * @param base where they have none.
 * @throws InvalidModelFileError, UnsupportedError.
 */
export function rotarySettings(rotary: ConfigFields, headWidth: number, base: number): RotarySettings {
  const width = headWidth * rotary.positive('partial_rotary_factor', 1);
  if (!Number.isInteger(width) || width % 2 !== 0 || width > headWidth) {
    throw new InvalidModelFileError(`${rotary.path}: ${width} of ${headWidth} elements cannot be rotated.`);
  }
  const theta = rotary.positive('rope_theta', base);
  return { width, base: theta, factors: rotaryFactors(rotary, width, theta) };
}

function rotaryFactors(rotary: ConfigFields, width: number, base: number): Float64Array {
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
