import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { ForetokenError } from '@foretoken/core';
import { asCacheWriteError, isComplete, recordComplete } from '@foretoken/models/cache';

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
  if (await isIntact(target, options.isSound)) return false;
  const folder = path.dirname(target);
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw asCacheWriteError(error, folder);
  }
  const [first = target, ...others] = await options.write();
  await recordComplete([first, ...others], options.signal);
  return true;
}

async function isIntact(target: string, isSound: () => Promise<boolean>): Promise<boolean> {
  if (!(await isComplete(target))) return false;
  try {
    return await isSound();
  } catch (error) {
    // Of another version, or not a graph of ours: all the same as no cached file.
    if (ForetokenError.isInstance(error)) return false;
    throw error;
  }
}
