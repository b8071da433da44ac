import { crc32 as zlibCrc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createTableModel } from '../../testing/table-model.js';
import { randomTable } from '../../testing/random-table.js';
import { crc32 } from './crc32.js';
import { decodePastOutputs, encodePastOutputs, type PastOutputs } from './past-outputs.js';
import { markVocabulary } from './vocabulary-mark.js';

const seed = 20_261_128;
const vocabulary = { size: 1000, checksum: 0xdead_beef };
const texts = fc.array(fc.array(fc.nat({ max: 999 }), { maxLength: 12 }), { maxLength: 6 });
const everything = 1000;
const example: PastOutputs = { vocabulary, texts: [[1, 2, 3], [], [999, 0]] };

describe('past outputs', () => {
  test('are read as they were written', () => {
    fc.assert(
      fc.property(texts, (all) => {
        const outputs = { vocabulary, texts: all };
        const reading = decodePastOutputs(encodePastOutputs(outputs, everything));
        expect(reading).toEqual({ kind: 'read', outputs });
      }),
      { seed },
    );
  });

  test('keep the newest texts within the bound', () => {
    fc.assert(
      fc.property(texts, fc.nat({ max: 30 }), (all, maximumTokens) => {
        const reading = decodePastOutputs(encodePastOutputs({ vocabulary, texts: all }, maximumTokens));
        if (reading.kind !== 'read') throw new Error(reading.reason);
        const kept = reading.outputs.texts;
        const total = (some: readonly (readonly number[])[]): number => some.flat().length;
        expect(total(kept)).toBeLessThanOrEqual(maximumTokens);
        const tail = all.slice(all.length - kept.length);
        const newest = all.at(-1) ?? [];
        if (newest.length > maximumTokens) {
          expect(kept).toEqual(maximumTokens > 0 ? [newest.slice(-maximumTokens)] : []);
        } else {
          expect(kept).toEqual(tail);
          // One more would not fit.
          if (tail.length < all.length)
            expect(total(all.slice(-tail.length - 1))).toBeGreaterThan(maximumTokens);
        }
      }),
      { seed },
    );
  });

  test('cut off anywhere are named, and nothing is thrown', () => {
    const bytes = encodePastOutputs(example, everything);
    for (let length = 0; length < bytes.length; length++) {
      expect(decodePastOutputs(bytes.subarray(0, length))).toEqual({
        kind: 'unreadable',
        reason: 'truncated',
      });
    }
  });

  test('with any byte changed to any other are named, and nothing is thrown', () => {
    const bytes = encodePastOutputs(example, everything);
    for (let place = 0; place < bytes.length; place++) {
      for (let change = 1; change < 256; change++) {
        const changed = bytes.slice();
        changed[place] = (changed[place] as number) ^ change;
        expect(decodePastOutputs(changed).kind).toBe('unreadable');
      }
    }
  });

  test('with random bytes, also behind a right checksum, nothing is thrown', () => {
    const forged = fc.uint8Array({ minLength: 28, maxLength: 64 }).map((random) => {
      const bytes = random.slice(0, random.length - (random.length % 4));
      bytes.set(encodePastOutputs(example, everything).subarray(0, 8));
      const view = new DataView(bytes.buffer);
      view.setUint32(8, bytes.length, true);
      // Few texts of few tokens: some of these are sound.
      for (let offset = 24; offset < bytes.length; offset += 4)
        view.setUint32(offset, view.getUint32(offset, true) % 4, true);
      view.setUint32(12, crc32(bytes.subarray(16)), true);
      return bytes;
    });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 64 }), forged), (bytes) => {
        const reading = decodePastOutputs(bytes);
        if (reading.kind === 'read')
          expect(encodePastOutputs(reading.outputs, everything)).toEqual(Uint8Array.from(bytes));
      }),
      { seed, numRuns: 2000 },
    );
  });

  test.each([
    [0, 'not past outputs'],
    [4, 'another version'],
    [8, 'truncated'],
    [12, 'damaged'],
    [28, 'damaged'],
  ])('word at byte %i made larger: %s', (offset, reason) => {
    const bytes = encodePastOutputs(example, everything);
    const view = new DataView(bytes.buffer);
    view.setUint32(offset, view.getUint32(offset, true) + 1, true);
    expect(decodePastOutputs(bytes)).toEqual({ kind: 'unreadable', reason });
  });

  test('followed by something are damaged', () => {
    const bytes = encodePastOutputs(example, everything);
    expect(decodePastOutputs(Uint8Array.of(...bytes, 0))).toEqual({ kind: 'unreadable', reason: 'damaged' });
  });
});

test('crc32 is that of zlib, in one piece or two', () => {
  expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf4_3926);
  fc.assert(
    fc.property(fc.uint8Array(), fc.uint8Array(), (left, right) => {
      expect(crc32(right, crc32(left))).toBe(zlibCrc32(Buffer.concat([left, right])));
    }),
    { seed },
  );
});

test('a vocabulary has another mark where one token differs', () => {
  const tokenizerOf = (bytes: readonly string[]) =>
    createTableModel({
      law: randomTable(1, bytes.length, 'smooth'),
      vocabularySize: bytes.length,
      tokenBytes: (token) => new TextEncoder().encode(bytes[token]),
    }).tokenizer;
  const marks = [
    ['a', 'b', 'c'],
    ['a', 'b', 'd'],
    ['a', 'b'],
    ['ab', '', 'c'],
    ['a', 'bc', ''],
  ].map((bytes) => markVocabulary(tokenizerOf(bytes)));
  expect(markVocabulary(tokenizerOf(['a', 'b', 'c']))).toEqual(marks[0]);
  expect(new Set(marks.map(({ size, checksum }) => `${size} ${checksum}`)).size).toBe(marks.length);
});
