import { expect, test } from 'vitest';
import { keptRow } from './kept-rows.js';
import { createReusedTransform } from './reused-transform.js';

const apply = (transform: ReturnType<typeof createReusedTransform>, row: Float32Array): number[] =>
  Array.from(transform.apply(row, [], 0).probabilities);

// The distribution of a row was remembered by its array even where a drafter writes all its rows to the same one: every
// token intersection after the first had the law of the first, and after some thousand rows suddenly another.
test('a buffer that is written anew has a distribution of its own each time', () => {
  const transform = createReusedTransform({ temperature: 1 }, 2);
  const buffer = Float32Array.of(0, 0);
  expect(apply(transform, buffer)).toEqual([0.5, 0.5]);
  buffer[0] = Math.log(3);
  expect(apply(transform, buffer)[0]).toBeCloseTo(0.75, 6);
});

test('the distribution of a kept row is worked out once', () => {
  const transform = createReusedTransform({ temperature: 1 }, 2);
  const row = keptRow(Float32Array.of(0, 0));
  expect(transform.apply(row, [], 0)).toBe(transform.apply(row, [], 0));
});
