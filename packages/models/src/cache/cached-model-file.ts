import { createHash } from 'node:crypto';
import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { asCacheWriteError } from './cache-errors.js';
import { cacheFolder } from './cache-folder.js';
import { isComplete, recordComplete } from './complete-files.js';
import { rememberedHash } from './content-hash.js';
import { temporaryPath } from './temporary-path.js';

export interface CachedModelFileOptions {
  /** What the file's name says of how it differs from its source. */
  readonly label: string;
  /** All that its content depends on beside the source's, as JSON. */
  readonly made: Readonly<Record<string, unknown>>;
  /** Default: FORETOKEN_CACHE, else the system's folder for caches. */
  readonly cacheFolder: string | undefined;
  readonly signal: AbortSignal | undefined;
}

/**
 * The path of a GGUF file that is made from another, from the cache or written into it. The name is made of the source's
 * content and of what it is made by; the file is there whole or not at all.
 *
 * @param write writes the file to the path that it is given, and removes it where that fails.
 * @throws as `write` does; CacheWriteError where the cache folder cannot be written or is full.
 */
export async function cachedModelFile(
  source: string,
  { label, made, cacheFolder: given, signal }: CachedModelFileOptions,
  write: (file: string) => Promise<unknown>,
): Promise<string> {
  const folder = cacheFolder('gguf', given);
  const sourceHash = await rememberedHash(source, folder, signal);
  const content = JSON.stringify({ sourceHash, ...made });
  const key = createHash('sha256').update(content).digest('hex').slice(0, 24);
  const stem = path.basename(source).replace(/\.gguf$/i, '');
  const target = path.join(folder, `${stem}-${label}-${key}.gguf`);
  if (await isComplete(target)) return target;
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw asCacheWriteError(error, folder);
  }
  // Of its own name, since another load may be at the same.
  const temporary = temporaryPath(target);
  await write(temporary);
  try {
    signal?.throwIfAborted();
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw asCacheWriteError(error, target);
  }
  await recordComplete([target], signal);
  return target;
}
