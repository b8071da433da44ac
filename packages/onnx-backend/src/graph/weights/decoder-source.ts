import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { InvalidModelFileError } from '@foretoken/core';
import { keptLayers, type LayerSelection } from '@foretoken/models';
import type { DecoderWeights } from './decoder-weights.js';
import { ggufWeights } from './gguf-weights.js';
import { huggingFaceWeights } from './hugging-face-weights.js';
import { keepLayers } from './keep-layers.js';

/**
 * The weights of a GGUF file, or of a Hugging Face folder with safetensors.
 *
 * @param hash SHA-256 of a file's bytes.
 * @param selection which layers; default: all.
 * @throws InvalidModelFileError, UnsupportedError; InvalidArgumentError for layers that the model does not have.
 */
export async function openDecoderWeights(
  source: string,
  hash: (file: string) => Promise<string>,
  selection: LayerSelection = {},
): Promise<DecoderWeights> {
  const weights = await openWeights(source, hash);
  const layers = keptLayers(source, weights.shape.layers, selection);
  return layers === undefined ? weights : keepLayers(weights, layers);
}

async function openWeights(source: string, hash: (file: string) => Promise<string>): Promise<DecoderWeights> {
  const status = await stat(source).catch((error: NodeJS.ErrnoException) => {
    const reason =
      error.code === 'ENOENT' ? 'there is no such file or folder' : `it cannot be read (${error.code})`;
    throw new InvalidModelFileError(`${source}: ${reason}.`, { cause: error });
  });
  if (!status.isDirectory()) return ggufWeights(source, await hash(source));
  const names = (await readdir(source))
    .filter(
      (name) =>
        name === 'config.json' || name.endsWith('.safetensors') || name.endsWith('.safetensors.index.json'),
    )
    .toSorted();
  const combined = createHash('sha256');
  for (const name of names) combined.update(`${name} ${await hash(path.join(source, name))}\n`);
  return huggingFaceWeights(source, combined.digest('hex'));
}
