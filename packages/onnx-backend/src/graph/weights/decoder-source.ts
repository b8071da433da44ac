import { stat } from 'node:fs/promises';
import { InvalidModelFileError } from '@foretoken/core';
import { keptLayers, type LayerSelection } from '@foretoken/models';
import type { DecoderWeights } from './decoder-weights.js';
import { ggufWeights } from './gguf-weights.js';
import { huggingFaceWeights } from './hugging-face-weights.js';
import { keepLayers } from './keep-layers.js';

/**
 * The weights of a GGUF file, or of a Hugging Face folder with safetensors.
 *
 * @param selection which layers; default: all.
 * @throws InvalidModelFileError, UnsupportedError; InvalidArgumentError for layers that the model does not have.
 */
export async function openDecoderWeights(
  source: string,
  selection: LayerSelection = {},
): Promise<DecoderWeights> {
  const weights = await openWeights(source);
  const layers = keptLayers(source, weights.shape.layers, selection);
  return layers === undefined ? weights : keepLayers(weights, layers);
}

async function openWeights(source: string): Promise<DecoderWeights> {
  const status = await stat(source).catch((error: NodeJS.ErrnoException) => {
    const reason =
      error.code === 'ENOENT' ? 'there is no such file or folder' : `it cannot be read (${error.code})`;
    throw new InvalidModelFileError(`${source}: ${reason}.`, { cause: error });
  });
  return status.isDirectory() ? huggingFaceWeights(source) : ggufWeights(source);
}
