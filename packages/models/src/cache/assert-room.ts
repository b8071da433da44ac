import { statfs } from 'node:fs/promises';
import { CacheWriteError } from '@foretoken/core';

/**
 * Makes sure that a disk has room for a file before minutes go into making it.
 *
 * @param bytes that the file takes at least.
 * @throws CacheWriteError that names the folder, what it has room for, and what to do.
 */
export async function assertRoom(folder: string, bytes: number): Promise<void> {
  const room = await freeBytes(folder);
  if (room >= bytes) return;
  throw new CacheWriteError(
    `${folder} has room for ${room} bytes, and at least ${bytes} are needed: make room, or give the option cacheFolder, or the variable FORETOKEN_CACHE, a folder on another disk.`,
  );
}

/** Bytes that may still be written; infinite where the system does not say. */
async function freeBytes(folder: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
