import { InvalidModelFileError, UnsupportedError } from '@foretoken/core';
import { decodeWeights, encodeWeights } from '@foretoken/models';
import type { StoredWeight, StoredWeights } from './decoder-weights.js';

/**
 * The stored weight, with the size that the model's shape asks for, in a format that can be read.
 *
 * @throws InvalidModelFileError, UnsupportedError.
 */
export function storedWeight(
  weights: StoredWeights,
  name: string,
  rows: number,
  columns: number,
): StoredWeight {
  const stored = weights.find(name);
  if (stored === undefined) throw new InvalidModelFileError(`${weights.path} has no tensor ${name}.`);
  if (stored.rows !== rows || stored.columns !== columns) {
    throw new InvalidModelFileError(
      `${weights.path}: ${name} has ${stored.rows} rows of ${stored.columns}, not ${rows} of ${columns}.`,
    );
  }
  checkFormat(weights, stored);
  return stored;
}

/** Before anything is written, since the last weight of a large model is read after minutes. */
function checkFormat(weights: StoredWeights, { name, format }: StoredWeight): void {
  try {
    decodeWeights(new Uint8Array(), format);
  } catch (error) {
    throw new UnsupportedError(
      `${weights.path}: ${name} is stored in ${format}, which ONNX graphs cannot be generated from: take a file in Q8_0, Q4_K or F16, or run this one with llama.cpp.`,
      { cause: error },
    );
  }
}

/** A weight as float32, row after row, the whole of it. @throws as `valuePortions`. */
export async function loadValues(weights: StoredWeights, name: string): Promise<Float32Array> {
  const { rows, columns } = weights.find(name) as StoredWeight;
  const values = new Float32Array(rows * columns);
  let place = 0;
  for await (const portion of valuePortions(weights, name)) {
    values.set(portion, place);
    place += portion.length;
  }
  return values;
}

/**
 * A weight as float32 in portions of whole rows.
 *
 * @throws InvalidModelFileError for NaN and infinities, UnsupportedError for formats that cannot be read.
 */
export async function* valuePortions(
  weights: StoredWeights,
  name: string,
): AsyncGenerator<Float32Array, void, undefined> {
  const { format } = weights.find(name) as StoredWeight;
  let before = 0;
  for await (const bytes of weights.portions(name)) {
    const values = decodeWeights(bytes, format);
    for (let index = 0; index < values.length; index++) {
      if (!Number.isFinite(values[index]))
        throw notFinite(weights, name, `element ${before + index} is ${values[index]}`);
    }
    before += values.length;
    yield values;
  }
}

/**
 * A matrix in blocks of 32 elements as GGUF stores them, in portions of whole rows: as they are where the source has this
 * format, else quantised as llama.cpp does it.
 */
export async function* blockPortions(
  weights: StoredWeights,
  name: string,
  format: 'Q8_0' | 'Q4_0',
): AsyncGenerator<Uint8Array, void, undefined> {
  const blockBytes = format === 'Q8_0' ? 34 : 18;
  let before = 0;
  for await (const bytes of encodedPortions(weights, name, format)) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const blocks = bytes.length / blockBytes;
    for (let block = 0; block < blocks; block++) {
      // float16 with all exponent bits set: infinity or NaN.
      if ((view.getUint16(block * blockBytes, true) & 0x7c00) === 0x7c00) {
        throw notFinite(weights, name, `the scale of block ${before + block} is not finite`);
      }
    }
    before += blocks;
    yield bytes;
  }
}

async function* encodedPortions(
  weights: StoredWeights,
  name: string,
  format: 'Q8_0' | 'Q4_0',
): AsyncGenerator<Uint8Array, void, undefined> {
  const stored = weights.find(name) as StoredWeight;
  if (stored.format === format) yield* weights.portions(name);
  else for await (const values of valuePortions(weights, name)) yield encodeWeights(values, format);
}

export function notFinite(weights: StoredWeights, name: string, problem: string): InvalidModelFileError {
  return new InvalidModelFileError(
    `${weights.path}: ${name} has weights that are no finite numbers (${problem}). The file is damaged, or the model was trained into the ground: get it again.`,
  );
}
