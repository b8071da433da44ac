import { expect, test } from 'vitest';
import { costSteps } from './cost-steps.js';

const lengths = Array.from({ length: 16 }, (_, index) => index + 1);
const curveOf = (cost: (length: number) => number, measured = lengths) => ({
  lengths: measured,
  milliseconds: measured.map(cost),
});

test('steps are where kernels begin another group of rows', () => {
  expect(costSteps(curveOf((length) => 2 + Math.ceil(length / 4)))).toEqual([4, 8, 12]);
  // A first group of one row, as where the pass over a single token has kernels of its own.
  expect(costSteps(curveOf((length) => (length === 1 ? 1 : 2 + length / 100)))).toEqual([1]);
});

test('a straight line and a constant have none', () => {
  expect(costSteps(curveOf((length) => 1 + 3 * length))).toEqual([]);
  expect(costSteps(curveOf(() => 5))).toEqual([]);
});

test('between lengths that were left out nothing is told, and noise is no step', () => {
  const step = (length: number): number => 2 + Math.ceil(length / 4);
  expect(
    costSteps(
      curveOf(
        step,
        lengths.filter((length) => length !== 9),
      ),
    ),
  ).toEqual([4, 12]);
  expect(costSteps(curveOf((length) => 10 + (length > 7 ? 0.1 : 0)))).toEqual([]);
  expect(costSteps(curveOf(step, [4]))).toEqual([]);
});
