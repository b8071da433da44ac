import { expect, test } from 'vitest';
import { costAt, costCurve } from './cost-curve.js';

const curve = { lengths: [1, 2, 4], milliseconds: [10, 12, 20] };

test('measured lengths cost what was measured', () => {
  for (const [index, length] of curve.lengths.entries())
    expect(costAt(curve, length)).toBe(curve.milliseconds[index]);
});

test('between and beyond them it is linear', () => {
  expect(costAt(curve, 3)).toBeCloseTo(16, 12);
  expect(costAt(curve, 6)).toBeCloseTo(28, 12);
});

test('a curve has the medians, and never falls', () => {
  expect(costCurve([1, 2, 3], [[1, 9, 2], [5, 3], [1]])).toEqual({
    lengths: [1, 2, 3],
    milliseconds: [2, 4, 4],
  });
});
