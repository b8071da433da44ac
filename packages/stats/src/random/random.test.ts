import { expect, test } from 'vitest';
import { expectRefusal } from '../testing/expect-refusal.js';
import { drawIndex, drawUniform } from './random-source.js';
import { shuffle } from './shuffle.js';

/** A source that gives these numbers, and fails beyond them. */
function sourceOf(...numbers: number[]): () => number {
  return () => {
    const next = numbers.shift();
    if (next === undefined) throw new Error('more numbers were drawn than given');
    return next;
  };
}

test('a uniform number is handed on, and an index is its share of the count', () => {
  for (const uniform of [0, 0.25, 1 - 2 ** -53]) expect(drawUniform(() => uniform)).toBe(uniform);
  expect(drawIndex(() => 0, 7)).toBe(0);
  expect(drawIndex(() => 1 / 7 - 1e-12, 7)).toBe(0);
  expect(drawIndex(() => 1 / 7 + 1e-12, 7)).toBe(1);
  expect(drawIndex(() => 1 - 2 ** -53, 7)).toBe(6);
});

test.each([1, -1e-9, Infinity, Number.NaN])('a source that gives %d is refused', (uniform) => {
  for (const draw of [drawUniform, (random: () => number) => drawIndex(random, 3)]) {
    expectRefusal(() => draw(() => uniform), 'out-of-range', 'random', {
      value: uniform,
      message: /^random\(\) returned .*; it must return uniform numbers of at least 0 and below 1\.$/,
    });
  }
});

test('a shuffle reaches every order from one choice each of 4, 3 and 2 places', () => {
  const orders = new Set<string>();
  for (let first = 0; first < 4; first++) {
    for (let second = 0; second < 3; second++) {
      for (let third = 0; third < 2; third++) {
        const values = Int32Array.of(1, 2, 3, 4);
        shuffle(values, sourceOf((first + 0.5) / 4, (second + 0.5) / 3, (third + 0.5) / 2));
        expect([...values].toSorted((left, right) => left - right)).toEqual([1, 2, 3, 4]);
        orders.add(values.join(' '));
      }
    }
  }
  expect(orders.size).toBe(24);
});

test('nothing and one value need no draw', () => {
  for (const values of [[], [5]]) {
    const shuffled = Int32Array.from(values);
    shuffle(shuffled, sourceOf());
    expect([...shuffled]).toEqual(values);
  }
});
