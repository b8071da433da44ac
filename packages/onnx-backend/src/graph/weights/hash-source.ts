import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';

/**
 * What tells the weights of a GGUF file, or of a Hugging Face folder, from all others: SHA-256, hexadecimal.
 *
 * @param hash SHA-256 of a file's bytes.
 */
export async function hashSource(source: string, hash: (file: string) => Promise<string>): Promise<string> {
  if (!(await stat(source)).isDirectory()) return hash(source);
  const names = (await readdir(source))
    .filter(
      (name) =>
        name === 'config.json' || name.endsWith('.safetensors') || name.endsWith('.safetensors.index.json'),
    )
    .toSorted();
  const combined = createHash('sha256');
  for (const name of names) combined.update(`${name} ${await hash(path.join(source, name))}\n`);
  return combined.digest('hex');
}
