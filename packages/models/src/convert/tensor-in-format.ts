import { InvalidModelFileError, UnsupportedError } from '@foretoken/core';
import { tensorTypeByName, type TensorType } from '../gguf/tensor-types.js';
import type { TensorToWrite } from '../gguf/tensor-to-write.js';
import { encodeChecked } from '../quantization/encode-checked.js';
import { decodeWeights, type WeightFormat } from '../quantization/weight-formats.js';
import { readSafetensorsBytes, type SafetensorsFile } from '../safetensors/read-safetensors.js';
import { permuteRows } from './permute-rows.js';

/** What a tensor of a safetensors file is to be, and its name in a GGUF file. */
export interface ExpectedTensor {
  /** GGUF's name. */
  readonly name: string;
  /** Slowest dimension first. */
  readonly shape: readonly number[];
  /** Heads whose rotated halves are interleaved, as llama.cpp wants it; undefined: rows stay as they are. */
  readonly rotatedHeads?: number | undefined;
}

/**
 * A tensor of a safetensors file as `writeGguf` takes it: matrices in the wanted format, vectors in float32, as
 * llama.cpp's own quantiser does it (`pure`).
 *
 * @throws InvalidModelFileError for another shape than the expected one and for values that the format cannot hold;
 *   UnsupportedError for rows that are not whole blocks.
 */
export function tensorInFormat(
  file: SafetensorsFile,
  source: string,
  { name, shape: expected, rotatedHeads }: ExpectedTensor,
  format: WeightFormat,
): TensorToWrite {
  const tensor = file.tensors.get(source);
  if (tensor === undefined) throw new InvalidModelFileError(`${file.path} has no tensor ${source}.`);
  const { shape, dtype } = tensor;
  if (shape.join(' x ') !== expected.join(' x ')) {
    throw new InvalidModelFileError(
      `${file.path}: ${source} is ${shape.join(' x ')}; by the configuration it is ${expected.join(' x ')}.`,
    );
  }
  const columns = shape.at(-1) as number;
  const stored = shape.length === 1 ? 'F32' : format;
  const type = tensorTypeByName(stored) as TensorType;
  if (columns % type.blockElements !== 0) {
    throw new UnsupportedError(`${source} has rows of ${columns}, which are not whole blocks of ${stored}.`);
  }
  return {
    name,
    shape: shape.toReversed(),
    type,
    data: async () => {
      const values = decodeWeights(await readSafetensorsBytes(file, source), dtype);
      const rows = rotatedHeads === undefined ? values : permuteRows(values, rotatedHeads, columns);
      return encodeChecked(rows, stored, `${file.path}: ${source}`);
    },
  };
}
