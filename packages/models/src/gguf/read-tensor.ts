import { InvalidModelFileError } from '@foretoken/core';
import { decodeWeights } from '../quantization/weight-formats.js';
import { readRange, type RowRange, rowsOf } from '../read-range.js';
import type { GgufFile, GgufTensor } from './gguf-file.js';

/** A tensor's bytes as the file stores them: of all rows, or of some. */
export async function readTensorBytes(file: GgufFile, name: string, rows?: RowRange): Promise<Uint8Array> {
  const tensor = tensorOf(file, name);
  const rowCount = tensor.shape.slice(1).reduce((product, length) => product * length, 1);
  return readRange(tensor.path, rowsOf(tensor, rowCount, rows));
}

/** A tensor as float32, row after row. @throws UnsupportedError for formats that are not dequantised here. */
export async function readTensor(file: GgufFile, name: string): Promise<Float32Array> {
  return decodeWeights(await readTensorBytes(file, name), tensorOf(file, name).type.name);
}

function tensorOf(file: GgufFile, name: string): GgufTensor {
  const tensor = file.tensors.get(name);
  if (tensor === undefined) throw new InvalidModelFileError(`${file.path} has no tensor ${name}.`);
  return tensor;
}
