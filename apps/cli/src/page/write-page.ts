import { access, constants, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { CacheWriteError } from '@foretoken/core';

/**
 * Says before a long measurement that its page will have no place.
 *
 * @param option what names the page on the command line.
 * @throws CacheWriteError where the file is a folder or cannot be written.
 */
export async function requireWritablePage(file: string, option = '--html'): Promise<void> {
  try {
    const isFolder = await stat(file).then(
      (found) => found.isDirectory(),
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return undefined;
        throw error;
      },
    );
    if (isFolder === true) throw Object.assign(new Error(`${file} is a folder`), { code: 'EISDIR' });
    await access(isFolder === undefined ? path.dirname(file) : file, constants.W_OK);
  } catch (error) {
    throw unwritable(file, option, error);
  }
}

/** @throws CacheWriteError where the file cannot be written. */
export async function writePage(file: string, html: string, option = '--html'): Promise<void> {
  try {
    await writeFile(file, html);
  } catch (error) {
    throw unwritable(file, option, error);
  }
}

function unwritable(file: string, option: string, cause: unknown): CacheWriteError {
  const { code } = cause as NodeJS.ErrnoException;
  return new CacheWriteError(
    `The page ${file} cannot be written (${code}): give ${option} a file in a folder that exists and is writable.`,
    { cause },
  );
}
