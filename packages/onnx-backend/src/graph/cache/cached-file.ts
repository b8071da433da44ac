import { mkdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { ForetokenError } from '@foretoken/core';
import { asCacheWriteError } from '../file/cache-errors.js';
import { hashFile } from './hash-file.js';
import { writeJson } from './write-json.js';

/** What lies beside a cached graph: its files as they were when it was complete. */
interface CacheRecord {
  readonly files: readonly { readonly name: string; readonly byteLength: number; readonly hash: string }[];
}

/**
 * Makes sure that a file of the cache is there and whole: it counts only if the SHA-256 of each of its parts is the
 * recorded one; otherwise it is written anew.
 *
 * @returns true where it was written.
 * @throws CacheWriteError where the folder cannot be written or is full.
 */
export async function cachedFile(
  target: string,
  options: {
    /** Writes the file; the paths written, the file first. */
    readonly write: () => Promise<readonly string[]>;
    /** Looks into a file whose hashes are right. */
    readonly isSound: () => Promise<boolean>;
    readonly signal: AbortSignal | undefined;
  },
): Promise<boolean> {
  const recordPath = `${target}.json`;
  if (await isIntact(target, recordPath, options.isSound)) return false;
  const folder = path.dirname(target);
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw asCacheWriteError(error, folder);
  }
  const written = await options.write();
  const files: CacheRecord['files'][number][] = [];
  for (const file of written) {
    files.push({
      name: path.basename(file),
      byteLength: (await stat(file)).size,
      hash: await hashFile(file, options.signal),
    });
  }
  try {
    await writeJson(recordPath, { files } satisfies CacheRecord);
  } catch (error) {
    throw asCacheWriteError(error, recordPath);
  }
  return true;
}

async function isIntact(
  target: string,
  recordPath: string,
  isSound: () => Promise<boolean>,
): Promise<boolean> {
  try {
    const { files } = JSON.parse(await readFile(recordPath, 'utf8')) as CacheRecord;
    if (files[0]?.name !== path.basename(target)) return false;
    for (const { name, byteLength, hash } of files) {
      const file = path.join(path.dirname(target), path.basename(name));
      if ((await stat(file)).size !== byteLength || (await hashFile(file)) !== hash) return false;
    }
    return await isSound();
  } catch (error) {
    // No record, a damaged one, a file that is missing: all the same as no cached graph.
    if (ForetokenError.isInstance(error) || error instanceof SyntaxError || error instanceof TypeError)
      return false;
    if (typeof (error as NodeJS.ErrnoException).code === 'string') return false;
    throw error;
  }
}
