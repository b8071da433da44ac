import { CacheWriteError } from '@foretoken/core';
import { bytesText } from '../bytes-text.js';

const full = new Set(['ENOSPC', 'EDQUOT']);

/**
 * A failed write to the cache as an error that says what to do; any other error as it is.
 *
 * @param bytesLeft how much there was still to write.
 */
export function asHubWriteError(error: unknown, path: string, bytesLeft = 0): unknown {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (typeof code !== 'string' || typeof syscall !== 'string') return error;
  const reason = full.has(code)
    ? `the disk is full, and ${bytesText(bytesLeft)} are missing: free them, or set HF_HUB_CACHE to a folder on another disk. What is there is kept, and the same command goes on from it`
    : 'set HF_HUB_CACHE to a folder that is writable';
  return new CacheWriteError(`${path} cannot be written (${code}): ${reason}.`, { cause: error });
}
