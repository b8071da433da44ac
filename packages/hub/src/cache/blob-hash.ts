import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { hashFile } from '@foretoken/models/cache';

/** Digits of SHA-1, which names a Git blob; files in large storage have SHA-256. */
const gitDigits = 40;

/** A file's hash, of the kind that the expected one is. */
export async function blobHash(
  path: string,
  expected: string,
  signal: AbortSignal | undefined,
): Promise<string> {
  if (expected.length !== gitDigits) return hashFile(path, signal);
  const hash = createHash('sha1').update(`blob ${(await stat(path)).size}\0`);
  for await (const piece of createReadStream(path, { signal })) hash.update(piece as Uint8Array);
  return hash.digest('hex');
}
