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

test('a curve has the lower quartiles, and never falls', () => {
  const samples = new Map([
    [4, [6]],
    [1, [9, 1, 2, 3, 8]],
    [2, [7, 7, 7, 50, 90]],
    [3, [5]],
    [5, []],
  ]);
  expect(costCurve(samples)).toEqual({ lengths: [1, 2, 3, 4], milliseconds: [2, 5, 5, 6] });
});
