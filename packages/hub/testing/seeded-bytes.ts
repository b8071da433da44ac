import { createHash } from 'node:crypto';

/** Bytes that look random and are the same for the same seed. */
export function seededBytes(seed: number, length: number): Buffer {
  const pieces: Buffer[] = [];
  for (let count = 0; count * 32 < length; count++) {
    pieces.push(createHash('sha256').update(`${seed} ${count}`).digest());
  }
  return Buffer.concat(pieces).subarray(0, length);
}
