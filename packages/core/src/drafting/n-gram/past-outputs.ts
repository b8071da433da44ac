import { crc32 } from './crc32.js';
import type { VocabularyMark } from './vocabulary-mark.js';

/** Outputs of earlier generations, for the n-gram drafter to look in. */
export interface PastOutputs {
  /** The vocabulary that the token ids belong to. */
  readonly vocabulary: VocabularyMark;
  /** Token ids, oldest first. */
  readonly texts: readonly (readonly number[])[];
}

/** Why bytes are no past outputs. */
export type UnreadableReason = 'not past outputs' | 'another version' | 'truncated' | 'damaged';

export type PastOutputsReading =
  | { readonly kind: 'read'; readonly outputs: PastOutputs }
  | { readonly kind: 'unreadable'; readonly reason: UnreadableReason };

// Little-endian 32-bit words: magic, version, bytes in all, CRC-32 of what follows it, vocabulary size, vocabulary
// checksum, number of texts; then for every text its length and its tokens.
const magic = 0x474e_5446; // "FTNG"
const version = 1;
const headerWords = 7;
const checksummedFrom = 16;

/**
 * @param maximumTokens most tokens that are kept: the oldest texts are left out, and the beginning of the newest where
 *   it alone is longer.
 */
export function encodePastOutputs(outputs: PastOutputs, maximumTokens: number): Uint8Array {
  const texts = newest(outputs.texts, maximumTokens);
  const words = headerWords + texts.reduce((sum, text) => sum + 1 + text.length, 0);
  const bytes = new Uint8Array(4 * words);
  const view = new DataView(bytes.buffer);
  const { size, checksum } = outputs.vocabulary;
  let word = 0;
  const write = (value: number): void => view.setUint32(4 * word++, value, true);
  for (const value of [magic, version, bytes.length, 0, size, checksum, texts.length]) write(value);
  for (const text of texts) {
    write(text.length);
    for (const token of text) write(token);
  }
  view.setUint32(12, crc32(bytes.subarray(checksummedFrom)), true);
  return bytes;
}

/** Reads what `encodePastOutputs` wrote; whatever the bytes are, it throws nothing. */
export function decodePastOutputs(bytes: Uint8Array): PastOutputsReading {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const unreadable = (reason: UnreadableReason): PastOutputsReading => ({ kind: 'unreadable', reason });
  if (bytes.length < 4) return unreadable('truncated');
  if (view.getUint32(0, true) !== magic) return unreadable('not past outputs');
  if (bytes.length < 8) return unreadable('truncated');
  if (view.getUint32(4, true) !== version) return unreadable('another version');
  if (bytes.length < 4 * headerWords || bytes.length < view.getUint32(8, true))
    return unreadable('truncated');
  if (
    bytes.length !== view.getUint32(8, true) ||
    crc32(bytes.subarray(checksummedFrom)) !== view.getUint32(12, true)
  ) {
    return unreadable('damaged');
  }
  const vocabulary = { size: view.getUint32(16, true), checksum: view.getUint32(20, true) };
  const texts = readTexts(view, view.getUint32(24, true), vocabulary.size);
  return texts === undefined ? unreadable('damaged') : { kind: 'read', outputs: { vocabulary, texts } };
}

/** Undefined where the lengths do not fill the bytes or a token is not in the vocabulary. */
function readTexts(view: DataView, count: number, vocabularySize: number): number[][] | undefined {
  const texts: number[][] = [];
  let offset = 4 * headerWords;
  for (let number = 0; number < count; number++) {
    if (offset + 4 > view.byteLength) return undefined;
    const end = offset + 4 + 4 * view.getUint32(offset, true);
    if (end > view.byteLength) return undefined;
    const text: number[] = [];
    for (offset += 4; offset < end; offset += 4) {
      const token = view.getUint32(offset, true);
      if (token >= vocabularySize) return undefined;
      text.push(token);
    }
    texts.push(text);
  }
  return offset === view.byteLength ? texts : undefined;
}

/** The last texts that have `maximumTokens` together. */
function newest(
  texts: readonly (readonly number[])[],
  maximumTokens: number,
): readonly (readonly number[])[] {
  const kept: (readonly number[])[] = [];
  let room = maximumTokens;
  for (const text of texts.toReversed()) {
    if (text.length > room) {
      if (kept.length === 0 && room > 0) kept.push(text.slice(-room));
      break;
    }
    kept.push(text);
    room -= text.length;
  }
  return kept.toReversed();
}
