import fc from 'fast-check';
import { expect, test } from 'vitest';
import { coarseToFine } from './coarse-to-fine.js';

const seed = 20261128;

test('every value stands there once', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer(), { maxLength: 70 }), (values) => {
      expect(coarseToFine(values).toSorted((a, b) => a - b)).toEqual(values.toSorted((a, b) => a - b));
    }),
    { seed },
  );
});

test('after n values no gap is wider than four times the average', () => {
  const values = Array.from({ length: 64 }, (_, index) => index);
  const order = coarseToFine(values);
  expect(order.slice(0, 3)).toEqual([0, 63, 32]);
  for (let count = 2; count <= values.length; count++) {
    const seen = order.slice(0, count).toSorted((a, b) => a - b);
    const widest = Math.max(...seen.slice(1).map((value, index) => value - (seen[index] as number)));
    expect(widest).toBeLessThanOrEqual(Math.ceil((4 * 63) / (count - 1)));
  }
});
