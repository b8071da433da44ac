import type { Tokenizer } from '../../contract/tokenizer.js';
import { crc32 } from './crc32.js';

/** What token ids mean: equal marks are the same vocabulary, but for a chance of 2^-32. */
export interface VocabularyMark {
  readonly size: number;
  /** CRC-32 of every token's length and bytes. */
  readonly checksum: number;
}

/** O(vocabulary). */
export function markVocabulary(tokenizer: Tokenizer): VocabularyMark {
  const size = tokenizer.vocabularySize;
  const length = new DataView(new ArrayBuffer(4));
  let checksum = 0;
  for (let token = 0; token < size; token++) {
    const bytes = tokenizer.tokenBytes(token);
    length.setUint32(0, bytes.length, true);
    checksum = crc32(bytes, crc32(new Uint8Array(length.buffer), checksum));
  }
  return { size, checksum };
}
