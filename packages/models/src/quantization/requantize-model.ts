import path from 'node:path';
import { InvalidArgumentError, UnsupportedError } from '@foretoken/core';
import type { GgufFile, GgufTensor } from '../gguf/gguf-file.js';
import { readGguf } from '../gguf/read-gguf.js';
import { readTensor, readTensorBytes } from '../gguf/read-tensor.js';
import type { TensorToWrite } from '../gguf/tensor-to-write.js';
import { tensorTypeByName, type TensorType } from '../gguf/tensor-types.js';
import type { TypedValue } from '../gguf/value-types.js';
import { wholeMetadata } from '../gguf/whole-metadata.js';
import { writeGguf } from '../gguf/write-gguf.js';
import { encodeChecked } from './encode-checked.js';
import { type WeightFormat, weightFormats } from './weight-formats.js';

/** Of ggml's block layouts, as its own quantiser writes it. */
const quantizationVersion = 2;

export interface RequantizeOptions {
  readonly format: WeightFormat;
  readonly signal?: AbortSignal | undefined;
  /** Called after every tensor. */
  readonly onProgress?: ((done: number, total: number, tensor: string) => void) | undefined;
}

/**
 * Writes a GGUF model with every matrix in one format, without an engine. Vectors keep theirs. The bytes are those of
 * llama.cpp's quantiser (`llama_model_quantize`, `pure`). A source that is quantised is dequantised first, and keeps the
 * errors it has. One tensor is in memory at a time; the output appears when it is complete.
 *
 * @throws InvalidArgumentError where the output is the source; InvalidModelFileError for a source that is not sound, or
 *   holds what the format cannot; UnsupportedError for weights in a format that is not read here, and for rows that are
 *   not whole blocks; CacheWriteError where the output cannot be written.
 */
export async function requantizeModel(
  source: string,
  output: string,
  { format, signal, onProgress }: RequantizeOptions,
): Promise<void> {
  if (path.resolve(source) === path.resolve(output))
    throw new InvalidArgumentError(`${output} is the source itself: choose another file.`);
  const file = await readGguf(source);
  const type = tensorTypeByName(format) as TensorType;
  const tensors = [...file.tensors.values()].map((tensor) => requantized(file, tensor, type, format));
  let done = 0;
  const noted = tensors.map((tensor) => ({
    ...tensor,
    data: async () => {
      const bytes = await tensor.data();
      onProgress?.((done += 1), tensors.length, tensor.name);
      return bytes;
    },
  }));
  await writeGguf(output, metadataFor(file, format), noted, signal);
}

function requantized(
  file: GgufFile,
  { name, shape, type }: GgufTensor,
  wanted: TensorType,
  format: WeightFormat,
): TensorToWrite {
  if (shape.length === 1 || type.name === wanted.name)
    return { name, shape, type, data: () => readTensorBytes(file, name) };
  const columns = shape[0] as number;
  if (columns % wanted.blockElements !== 0) {
    throw new UnsupportedError(
      `${file.path}: ${name} has rows of ${columns}, which are not whole blocks of ${format}.`,
    );
  }
  return {
    name,
    shape,
    type: wanted,
    data: async () => encodeChecked(await readTensor(file, name), format, `${file.path}: ${name}`),
  };
}

function metadataFor(file: GgufFile, format: WeightFormat): Map<string, TypedValue> {
  const metadata = wholeMetadata(file);
  metadata.set('general.file_type', { type: 'uint32', value: weightFormats[format] });
  metadata.set('general.quantization_version', { type: 'uint32', value: quantizationVersion });
  return metadata;
}
