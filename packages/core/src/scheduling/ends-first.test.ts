import { expect, test } from 'vitest';
import { endsFirst } from './ends-first.js';

const count = (length: number): number[] => Array.from({ length }, (_, index) => index);

test('every value stands there once, of none and of one too', () => {
  for (let length = 0; length < 70; length++)
    expect(endsFirst(count(length)).toSorted((a, b) => a - b)).toEqual(count(length));
});

test('every beginning is spread over the list', () => {
  expect(endsFirst(count(8))).toEqual([0, 7, 4, 2, 5, 1, 3, 6]);
  for (const length of [16, 36, 480]) {
    const order = endsFirst(count(length));
    for (let taken = 2; taken <= length; taken++) {
      const seen = order.slice(0, taken).toSorted((a, b) => a - b);
      const gaps = seen.slice(1).map((value, index) => value - (seen[index] as number));
      // Halved as often as all gaps could be with as many values.
      const halvings = Math.floor(Math.log2(taken - 1));
      expect(Math.max(...gaps)).toBeLessThanOrEqual(Math.ceil(length / 2 ** halvings));
    }
  }
});
