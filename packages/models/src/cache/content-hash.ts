import { createHash } from 'node:crypto';
import { mkdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { modelFileParts } from '@foretoken/core';
import { asCacheWriteError } from './cache-errors.js';
import { hashFile } from './hash-file.js';
import { writeJson } from './write-json.js';

interface FileRecord {
  readonly path: string;
  readonly byteLength: number;
  /** Time of the last change of any part, in milliseconds. */
  readonly modified: number;
  readonly hash: string;
}

/**
 * SHA-256 of a file, remembered in the cache folder: a file of the same path, size and time of change is taken
 * to be the same, so that large models are read once and not at every start.
 */
export async function rememberedHash(
  file: string,
  cacheFolder: string,
  signal?: AbortSignal,
): Promise<string> {
  const full = path.resolve(file);
  const states = await Promise.all(modelFileParts(full).map((part) => stat(part)));
  const byteLength = states.reduce((sum, { size }) => sum + size, 0);
  const modified = Math.max(...states.map(({ mtimeMs }) => mtimeMs));
  const folder = path.join(cacheFolder, 'sources');
  const recordPath = path.join(
    folder,
    `${createHash('sha256').update(full).digest('hex').slice(0, 32)}.json`,
  );
  const known = await readRecord(recordPath);
  if (known?.path === full && known.byteLength === byteLength && known.modified === modified)
    return known.hash;
  const hash = await hashFile(full, signal);
  try {
    await mkdir(folder, { recursive: true });
    await writeJson(recordPath, { path: full, byteLength, modified, hash } satisfies FileRecord);
  } catch (error) {
    throw asCacheWriteError(error, recordPath);
  }
  return hash;
}

/** Undefined where there is none, or none that can be read. */
async function readRecord(recordPath: string): Promise<FileRecord | undefined> {
  try {
    const record = JSON.parse(await readFile(recordPath, 'utf8')) as FileRecord | null;
    return /^[0-9a-f]{64}$/.test(String(record?.hash)) ? (record as FileRecord) : undefined;
  } catch {
    return undefined;
  }
}
