import fc from 'fast-check';
import { expect, test } from 'vitest';
import { coarseToFine } from './coarse-to-fine.js';

const seed = 20261128;

test('every length stands there once', () => {
  const lengths = fc.uniqueArray(fc.integer({ min: 1, max: 600 }), { maxLength: 70 });
  fc.assert(
    fc.property(lengths, (values) => {
      expect(coarseToFine(values).toSorted((a, b) => a - b)).toEqual(values.toSorted((a, b) => a - b));
    }),
    { seed },
  );
});

test('begins with powers of two from end to end, then halves the gaps', () => {
  const order = coarseToFine(Array.from({ length: 64 }, (_, index) => index + 1));
  expect(order.slice(0, 7)).toEqual([1, 64, 8, 4, 32, 2, 16]);
  // How far apart neighbours are from some length on: a power of two, then half of one, then a quarter.
  for (const [count, from, ratio] of [
    [7, 1, 2],
    [12, 2, 1.5],
    [20, 4, 1.25],
  ] as const) {
    const seen = order.slice(0, count).toSorted((a, b) => a - b);
    const ratios = seen
      .slice(1)
      .map((value, index) => [seen[index] as number, value / (seen[index] as number)] as const);
    expect(Math.max(...ratios.filter(([length]) => length >= from).map((pair) => pair[1]))).toBe(ratio);
  }
});
