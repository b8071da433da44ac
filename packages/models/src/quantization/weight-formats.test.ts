import { InvalidArgumentError, UnsupportedError } from '@foretoken/core';
import { expect, it, test } from 'vitest';
import { decodeWeights, encodeWeights } from './weight-formats.js';

const values = Float32Array.from({ length: 64 }, (_, index) => Math.fround(Math.sin(index) * 3));

it.each(['F32', 'F16', 'Q8_0', 'Q4_0'] as const)('%s decodes from any view of memory', (format) => {
  const bytes = encodeWeights(values, format);
  const expected = decodeWeights(bytes, format);
  // A Buffer from the pool, at an odd place: neither its memory nor its `slice` is its own.
  const inPool = Buffer.concat([Buffer.of(0), bytes]).subarray(1);
  expect(decodeWeights(inPool, format)).toEqual(expected);
  if (format === 'F32') expect(expected).toEqual(values);
});

test('BF16 is the upper half of a float32', () => {
  const words = Uint16Array.from([0x3f80, 0xbf80, 0x0000, 0x8000, 0x7f80, 0x4049]);
  const decoded = decodeWeights(new Uint8Array(words.buffer), 'BF16');
  expect([...decoded]).toEqual([1, -1, 0, -0, Number.POSITIVE_INFINITY, 3.140625]);
});

test('what cannot be decoded is named', () => {
  expect(() => decodeWeights(new Uint8Array(256), 'F8_E4M3')).toThrow(UnsupportedError);
  expect(() => decodeWeights(new Uint8Array(256), 'F8_E4M3')).toThrow(/F8_E4M3.*F32, F16, BF16, Q8_0, Q4_0/);
  expect(() => decodeWeights(new Uint8Array(3), 'F16')).toThrow(InvalidArgumentError);
  expect(() => decodeWeights(new Uint8Array(35), 'Q8_0')).toThrow(InvalidArgumentError);
});
