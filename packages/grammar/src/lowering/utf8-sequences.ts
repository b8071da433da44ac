import type { CodePointRange } from '../syntax/expression.js';

/** First and last byte of a range, both of them in it. */
export type ByteRange = readonly [first: number, last: number];

/** Last code point that UTF-8 writes with one, two, three and four bytes. */
const lastOfLength = [0x7f, 0x7ff, 0xffff, 0x10_ffff] as const;

/**
 * The UTF-8 of every code point in a range, and no other bytes: sequences of byte ranges, where any choice of one byte
 * from each range is a code point's encoding. The range holds no surrogates.
 */
export function utf8Sequences([first, last]: CodePointRange): ByteRange[][] {
  for (const limit of lastOfLength)
    if (first <= limit && last > limit)
      return [...utf8Sequences([first, limit]), ...utf8Sequences([limit + 1, last])];
  return sameLengthSequences(first, last);
}

/** For code points whose UTF-8 has one length: split until all bytes but those at the end run freely. */
function sameLengthSequences(first: number, last: number): ByteRange[][] {
  const low = utf8Bytes(first);
  const high = utf8Bytes(last);
  for (let tail = 1; tail < low.length; tail++) {
    // The code points that share all but their last `tail` bytes.
    const block = 1 << (6 * tail);
    const begin = first - (first % block);
    if (begin === last - (last % block)) continue;
    if (first !== begin)
      return [...sameLengthSequences(first, begin + block - 1), ...sameLengthSequences(begin + block, last)];
    const end = last - (last % block);
    if (last !== end + block - 1)
      return [...sameLengthSequences(first, end - 1), ...sameLengthSequences(end, last)];
  }
  return [low.map((byte, at) => [byte, high[at] as number] as const)];
}

function utf8Bytes(codePoint: number): number[] {
  return [...new TextEncoder().encode(String.fromCodePoint(codePoint))];
}
