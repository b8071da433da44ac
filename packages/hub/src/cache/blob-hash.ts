import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';

/** Digits of SHA-1, which names a Git blob; files in large storage have SHA-256. */
const gitDigits = 40;
const pieceBytes = 1 << 20;

/** An open file's hash, of the kind that the expected one is. */
export async function blobHash(
  file: FileHandle,
  expected: string,
  signal: AbortSignal | undefined,
): Promise<string> {
  const hash =
    expected.length === gitDigits
      ? createHash('sha1').update(`blob ${(await file.stat()).size}\0`)
      : createHash('sha256');
  const content = file.createReadStream({ start: 0, autoClose: false, highWaterMark: pieceBytes, signal });
  for await (const piece of content) hash.update(piece as Uint8Array);
  return hash.digest('hex');
}
