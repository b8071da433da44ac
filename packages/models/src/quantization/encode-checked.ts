import { InvalidModelFileError } from '@foretoken/core';
import { encodeWeights, formatEnds, type WeightFormat } from './weight-formats.js';

/**
 * float32 values to the bytes of a format that can hold all of them.
 *
 * @param place file and tensor, for the message.
 * @throws InvalidModelFileError for a value that the format cannot hold, infinite ones among them.
 */
export function encodeChecked(values: Float32Array, format: 'F32' | WeightFormat, place: string): Uint8Array {
  const tooLarge = values.find((value) => !(Math.abs(value) < formatEnds[format]));
  if (tooLarge !== undefined) {
    throw new InvalidModelFileError(
      `${place} holds ${tooLarge}, which ${format} cannot hold: take another format, or get the file again.`,
    );
  }
  return encodeWeights(values, format);
}
