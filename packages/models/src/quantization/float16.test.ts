import { expect, test } from 'vitest';
import { float16ToFloat32, float32ToFloat16 } from './float16.js';

const infinityBits = 0x7c00;
const signBit = 0x8000;
const allBits = Array.from({ length: 65_536 }, (_, bits) => bits);
const positiveFinite = allBits.slice(0, infinityBits);

const bitsView = new Uint32Array(1);
const floatView = new Float32Array(bitsView.buffer);
const fromBits = (bits: number): number => {
  bitsView[0] = bits;
  return floatView[0] as number;
};
const toBits = (value: number): number => {
  floatView[0] = value;
  return bitsView[0] as number;
};

// Single comparisons inside the loops: 65,536 calls of expect take seconds.
const failures = (bits: readonly number[], holds: (bits: number) => boolean): number[] =>
  bits.filter((one) => !holds(one));

test('all 65,536 bit patterns decode to the value that moving exponent and mantissa gives', () => {
  const byScaling = (bits: number): number => {
    const magnitude = bits & 0x7fff;
    const value = magnitude < infinityBits ? fromBits(magnitude << 13) * 2 ** 112 : fromBits(0x7f800000);
    return bits & signBit ? -value : value;
  };
  expect(
    failures(allBits, (bits) => {
      const isNaN = (bits & 0x7fff) > infinityBits;
      return Object.is(float16ToFloat32(bits), isNaN ? Number.NaN : byScaling(bits));
    }),
  ).toEqual([]);
});

test('every float16 survives the way to float32 and back', () => {
  expect(
    failures(allBits, (bits) => {
      const back = float32ToFloat16(float16ToFloat32(bits));
      return (bits & 0x7fff) > infinityBits ? (back & 0x7fff) > infinityBits : back === bits;
    }),
  ).toEqual([]);
});

test('between two neighbours, everything goes to the nearer one and the middle to the even one', () => {
  for (const sign of [0, signBit]) {
    expect(
      failures(positiveFinite, (bits) => {
        // The neighbour of the largest float16 would be 65,536: infinity by the same rule.
        const low = float16ToFloat32(bits);
        const high = bits + 1 === infinityBits ? 65_536 : float16ToFloat32(bits + 1);
        const middle = (low + high) / 2;
        const encode = (value: number): number => float32ToFloat16(sign === 0 ? value : -value) - sign;
        return (
          encode(middle) === (bits % 2 === 0 ? bits : bits + 1) &&
          encode(fromBits(toBits(middle) - 1)) === bits &&
          encode(fromBits(toBits(middle) + 1)) === bits + 1
        );
      }),
    ).toEqual([]);
  }
});

test('what is too large is infinite, what is too small is zero, and the sign stays', () => {
  for (const value of [65_520, 1e10, 3.4e38, Number.POSITIVE_INFINITY]) {
    expect(float32ToFloat16(value)).toBe(infinityBits);
    expect(float32ToFloat16(-value)).toBe(signBit | infinityBits);
  }
  for (const value of [2 ** -25, 1e-30, 1e-45, 0]) {
    expect(float32ToFloat16(value)).toBe(0);
    expect(float32ToFloat16(-value)).toBe(signBit);
  }
  expect(float32ToFloat16(Number.NaN) & 0x7fff).toBeGreaterThan(infinityBits);
});
