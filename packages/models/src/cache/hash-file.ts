import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';

const pieceBytes = 1 << 20;

/** SHA-256 of a file's bytes, hexadecimal, read in pieces into one buffer. */
export async function hashFile(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  const piece = new Uint8Array(pieceBytes);
  const file = await open(path, 'r');
  try {
    for (;;) {
      signal?.throwIfAborted();
      const { bytesRead } = await file.read(piece);
      if (bytesRead === 0) return hash.digest('hex');
      hash.update(piece.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}
