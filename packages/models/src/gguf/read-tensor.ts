import { InvalidModelFileError } from '@foretoken/core';
import { decodeWeights } from '../quantization/weight-formats.js';
import { readRange } from '../read-range.js';
import type { GgufFile, GgufTensor } from './gguf-file.js';

/** A tensor's bytes as the file stores them. */
export async function readTensorBytes(file: GgufFile, name: string): Promise<Uint8Array> {
  const tensor = tensorOf(file, name);
  return readRange(tensor.path, tensor);
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
