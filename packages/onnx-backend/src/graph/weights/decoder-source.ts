import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { InvalidModelFileError } from '@foretoken/core';
import type { DecoderWeights } from './decoder-weights.js';
import { ggufWeights } from './gguf-weights.js';
import { huggingFaceWeights } from './hugging-face-weights.js';

/**
 * The weights of a GGUF file, or of a Hugging Face folder with safetensors.
 *
 * @param hash SHA-256 of a file's bytes.
 */
export async function openDecoderWeights(
  source: string,
  hash: (file: string) => Promise<string>,
): Promise<DecoderWeights> {
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
