import { CacheWriteError } from '@foretoken/core';

/**
 * A failed write as a CacheWriteError that names the path and what to do; any other error as it is.
 *
 * @param bytes room that the whole takes, where it is known.
 */
export function asCacheWriteError(error: unknown, path: string, bytes?: number): unknown {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (typeof code !== 'string' || typeof syscall !== 'string') return error;
  const room = bytes === undefined ? '' : ` and has room for ${bytes} bytes`;
  return new CacheWriteError(
    `${path} cannot be written (${code}): give the option cacheFolder, or the variable FORETOKEN_CACHE, a folder that is writable${room}.`,
    { cause: error },
  );
}
