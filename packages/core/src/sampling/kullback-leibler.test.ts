import { expect, test } from 'vitest';
import type { Distribution } from '../contract/distribution.js';
import { randomTable } from '../testing/random-table.js';
import { kullbackLeibler } from './kullback-leibler.js';

const dense = (...probabilities: number[]): Distribution => ({
  tokens: undefined,
  probabilities: Float64Array.from(probabilities),
});
const sparse = (tokens: number[], probabilities: number[]): Distribution => ({
  tokens: Int32Array.from(tokens),
  probabilities: Float64Array.from(probabilities),
});

test('by hand, in both directions', () => {
  const [left, right] = [dense(0.5, 0.5, 0), dense(0.25, 0.25, 0.5)];
  expect(kullbackLeibler(left, right)).toBeCloseTo(Math.log(2), 14);
  // Right can emit token 2, and left cannot.
  expect(kullbackLeibler(right, left)).toBe(Infinity);
  expect(kullbackLeibler(dense(0.9, 0.1), dense(0.1, 0.9))).toBeCloseTo(0.8 * Math.log(9), 14);
});

test('a sparse distribution is the dense one with zeros, on either side', () => {
  const [left, right] = [sparse([1, 3], [0.25, 0.75]), sparse([1, 2, 3], [0.5, 0.25, 0.25])];
  const [denseLeft, denseRight] = [dense(0, 0.25, 0, 0.75), dense(0, 0.5, 0.25, 0.25)];
  const expected = 0.25 * Math.log(0.5) + 0.75 * Math.log(3);
  for (const from of [left, denseLeft])
    for (const to of [right, denseRight]) expect(kullbackLeibler(from, to)).toBeCloseTo(expected, 14);
  expect(kullbackLeibler(sparse([1, 3], [0, 1]), dense(0.5, 0, 0, 0.5))).toBeCloseTo(Math.log(2), 14);
});

test('is 0 between equal laws, and above 0 between others', () => {
  for (let seed = 0; seed < 200; seed++) {
    const [left, right] = [seed, 1000 + seed].map((number) => randomTable(number, 6, 'smooth')([]));
    expect(kullbackLeibler(left as Distribution, left as Distribution)).toBe(0);
    expect(kullbackLeibler(left as Distribution, right as Distribution)).toBeGreaterThan(0);
  }
  // The sum of what rounding leaves is below 0 here.
  const [law, near] = [dense(0.1, 0.2, 0.7), dense(0.1, 0.2, 0.7 + 2 ** -53)];
  expect(kullbackLeibler(law, near)).toBe(0);
});
