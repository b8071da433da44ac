import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { modelFileParts } from '@foretoken/core';
import type { Profile } from './profile-schema.js';

/** A model file's SHA-256 and size, of a split model those of all parts together, read as a stream. Rejects with the reason of `signal` where it aborts. */
export async function hashModelFile(file: string, signal?: AbortSignal): Promise<Profile['models'][string]> {
  const hash = createHash('sha256');
  let bytes = 0;
  for (const part of modelFileParts(file)) {
    await pipeline(
      createReadStream(part, { highWaterMark: 1 << 20 }),
      async (pieces: AsyncIterable<Buffer>) => {
        for await (const piece of pieces) {
          hash.update(piece);
          bytes += piece.length;
        }
      },
      { signal },
    );
  }
  return { sha256: hash.digest('hex'), bytes };
}
