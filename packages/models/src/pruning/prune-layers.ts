import path from 'node:path';
import { InvalidArgumentError, UnsupportedError } from '@foretoken/core';
import type { GgufFile } from '../gguf/gguf-file.js';
import { readGguf } from '../gguf/read-gguf.js';
import { readTensorBytes } from '../gguf/read-tensor.js';
import type { TensorToWrite } from '../gguf/tensor-to-write.js';
import { wholeMetadata } from '../gguf/whole-metadata.js';
import type { TypedValue } from '../gguf/value-types.js';
import { writeGguf } from '../gguf/write-gguf.js';
import { validateForLlama } from '../llama-validation/validate-for-llama.js';
import { keptLayers, type LayerSelection } from './layer-selection.js';

/** Those in which all layers are alike, and none knows its number. */
const prunableArchitectures: readonly string[] = ['llama', 'qwen2'];

/** A layer's number in a tensor's name. */
const layerNumber = /^blk\.(\d+)(?=\.)/;

export interface PruneOptions extends LayerSelection {
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes a GGUF model that has only some of another's layers, numbered anew from 0, with its embedding, output norm
 * and head. Every tensor has the bytes of the source, whatever its format; one is in memory at a time. The output
 * appears when it is complete.
 *
 * @throws InvalidArgumentError for layers that the model does not have; UnsupportedError for an architecture whose
 *   layers are not all alike; InvalidModelFileError for a source that is not a sound model; CacheWriteError where the
 *   output cannot be written.
 */
export async function pruneLayers(source: string, output: string, options: PruneOptions): Promise<void> {
  if (path.resolve(source) === path.resolve(output))
    throw new InvalidArgumentError(`${output} is the source itself: choose another file.`);
  const file = await readGguf(source);
  const count = prunableLayers(file);
  const layers = keptLayers(source, count, options) ?? Array.from({ length: count }, (_, layer) => layer);
  await writeGguf(output, prunedMetadata(file, layers.length), prunedTensors(file, layers), options.signal);
}

/**
 * The number of layers of a model that can be pruned.
 *
 * @throws UnsupportedError, InvalidModelFileError.
 */
export function prunableLayers(file: GgufFile): number {
  validateForLlama(file, { partialRotation: true });
  const architecture = String(file.metadata.get('general.architecture'));
  if (!prunableArchitectures.includes(architecture)) {
    throw new UnsupportedError(
      `${file.path}: the architecture is ${architecture}; layers can be left out of ${prunableArchitectures.join(' and ')}, where none depends on its number.`,
    );
  }
  for (const [key, value] of file.metadata) {
    if (key.startsWith(`${architecture}.`) && Array.isArray(value)) {
      throw new UnsupportedError(
        `${file.path}: ${key} may say something of every layer by its number; no layers can be left out.`,
      );
    }
  }
  return file.metadata.get(`${architecture}.block_count`) as number;
}

function prunedMetadata(file: GgufFile, layers: number): Map<string, TypedValue> {
  const countKey = `${String(file.metadata.get('general.architecture'))}.block_count`;
  return new Map(
    [...wholeMetadata(file)].map(([key, typed]) => [
      key,
      (key === countKey ? { ...typed, value: layers } : typed) as TypedValue,
    ]),
  );
}

function prunedTensors(file: GgufFile, layers: readonly number[]): TensorToWrite[] {
  const newNumbers = new Map(layers.map((layer, index) => [layer, index]));
  const tensors: TensorToWrite[] = [];
  for (const { name, shape, type } of file.tensors.values()) {
    const layer = layerNumber.exec(name)?.[1];
    const index = layer === undefined ? undefined : newNumbers.get(Number(layer));
    if (layer !== undefined && index === undefined) continue;
    tensors.push({
      name: name.replace(layerNumber, `blk.${index}`),
      shape,
      type,
      data: () => readTensorBytes(file, name),
    });
  }
  return tensors;
}
