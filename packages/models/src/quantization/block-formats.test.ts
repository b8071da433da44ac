import { InvalidArgumentError } from '@foretoken/core';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { float16ToFloat32, float32ToFloat16 } from './float16.js';
import { dequantizeQ4_0, quantizeQ4_0 } from './q4-0.js';
import { dequantizeQ8_0, quantizeQ8_0 } from './q8-0.js';

const seed = 20261124;
const blockElements = 32;

/** Magnitudes whose scale is a normal float16. */
const value = fc.oneof(
  { weight: 6, arbitrary: fc.float({ min: -100, max: 100, noNaN: true }) },
  { weight: 1, arbitrary: fc.constantFrom(0, -0, 1, -1, 0.5, -0.5, 127, -127, 8, -8) },
);
const block = fc
  .array(value, { minLength: blockElements, maxLength: blockElements })
  .map((values) => Float32Array.from(values))
  .filter((values) => largest(values) === 0 || largest(values) > 0.1);

function largest(values: Float32Array): number {
  return values.reduce((most, one) => Math.max(most, Math.abs(one)), 0);
}

function join(left: Float32Array, right: Float32Array): Float32Array {
  return Float32Array.from([...left, ...right]);
}

describe.each([
  { name: 'Q8_0', quantize: quantizeQ8_0, dequantize: dequantizeQ8_0, blockBytes: 34, steps: 127 },
  { name: 'Q4_0', quantize: quantizeQ4_0, dequantize: dequantizeQ4_0, blockBytes: 18, steps: 8 },
])('$name', ({ name, quantize, dequantize, blockBytes, steps }) => {
  const scaleOf = (bytes: Uint8Array): number =>
    Math.abs(float16ToFloat32((bytes[0] as number) | ((bytes[1] as number) << 8)));

  it('is off by half a step at most, and by a whole one where Q4_0 has no level', () => {
    fc.assert(
      fc.property(block, (values) => {
        const bytes = quantize(values);
        const scale = scaleOf(bytes);
        const back = dequantize(bytes);
        // The scale itself is rounded to float16, by 2^-11 of it, and multiplied by up to `steps`.
        const slack = scale * steps * 2 ** -11 + 1e-6;
        const extreme = values.find((one) => Math.abs(one) === largest(values)) as number;
        for (const [index, original] of values.entries()) {
          // The levels of Q4_0 go from -8 to 7: the far end opposite to the extreme is clipped.
          const clipped = name === 'Q4_0' && original * extreme < 0 && Math.abs(original) > 7.5 * scale;
          const most = (clipped ? 1 : 0.5) * scale + slack;
          expect(Math.abs((back[index] as number) - original)).toBeLessThanOrEqual(most);
        }
      }),
      { seed, numRuns: 500 },
    );
  });

  it('spends its range on the largest element', () => {
    fc.assert(
      fc.property(block, (values) => {
        const bytes = quantize(values);
        expect(bytes).toHaveLength(blockBytes);
        expect(scaleOf(bytes)).toBe(float16ToFloat32(float32ToFloat16(largest(values) / steps)));
      }),
      { seed, numRuns: 500 },
    );
  });

  it('quantises every block by itself, and a block of zeros to zeros', () => {
    fc.assert(
      fc.property(block, block, (left, right) => {
        expect(quantize(join(left, right))).toEqual(Uint8Array.from([...quantize(left), ...quantize(right)]));
      }),
      { seed, numRuns: 100 },
    );
    expect(largest(dequantize(quantize(new Float32Array(64))))).toBe(0);
  });

  it('changes nothing that it has made itself, with a scale that float16 holds', () => {
    const levels = fc.array(fc.integer({ min: 1 - steps, max: steps - 1 }), {
      minLength: blockElements - 1,
      maxLength: blockElements - 1,
    });
    fc.assert(
      fc.property(levels, fc.integer({ min: -8, max: 4 }), (chosen, exponent) => {
        const values = Float32Array.from([-steps, ...chosen], (level) => level * 2 ** exponent);
        expect(dequantize(quantize(values))).toEqual(values.map((one) => one + 0));
      }),
      { seed, numRuns: 300 },
    );
  });

  it('refuses an incomplete block', () => {
    expect(() => quantize(new Float32Array(33))).toThrow(InvalidArgumentError);
    expect(() => dequantize(new Uint8Array(blockBytes + 1))).toThrow(/whole number of blocks/);
  });
});

test('Q8_0 rounds halves away from zero, as C does', () => {
  const values = new Float32Array(blockElements);
  values.set([127, 0.5, -0.5, 1.5, -1.5, 2.5, -2.5, 0.49999997]);
  expect([...dequantizeQ8_0(quantizeQ8_0(values))].slice(0, 8)).toEqual([127, 1, -1, 2, -2, 3, -3, 0]);
});
