import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { modelFileParts } from '@foretoken/core';

const pieceBytes = 1 << 20;

/** SHA-256 of a model file's bytes, of a split model those of all parts, hexadecimal, read in pieces into one buffer. */
export async function hashFile(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  const piece = new Uint8Array(pieceBytes);
  for (const part of modelFileParts(path)) {
    const file = await open(part, 'r');
    try {
      for (;;) {
        signal?.throwIfAborted();
        const { bytesRead } = await file.read(piece);
        if (bytesRead === 0) break;
        hash.update(piece.subarray(0, bytesRead));
      }
    } finally {
      await file.close();
    }
  }
  return hash.digest('hex');
}
