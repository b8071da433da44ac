import { expect, test } from 'vitest';
import { passCost } from './pass-cost-curve.js';

const curve = { lengths: [1, 2, 4], milliseconds: [10, 12, 20] };

test('measured lengths cost what was measured', () => {
  for (const [index, length] of curve.lengths.entries())
    expect(passCost(curve, length)).toBe(curve.milliseconds[index]);
});

test('between and beyond them it is linear', () => {
  expect(passCost(curve, 3)).toBeCloseTo(16, 12);
  expect(passCost(curve, 6)).toBeCloseTo(28, 12);
});

test('a pass over nothing costs nothing', () => {
  expect(passCost(curve, 0)).toBe(0);
});
