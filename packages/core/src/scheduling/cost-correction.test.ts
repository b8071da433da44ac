import { expect, test } from 'vitest';
import { CostCorrection } from './cost-correction.js';

const curve = { lengths: [0, 1, 3], milliseconds: [1, 2, 4] };

test('before any round it is what was measured', () => {
  const costs = new CostCorrection(curve);
  expect([0, 1, 2, 3].map((length) => costs.at(length))).toEqual([1, 2, 3, 4]);
});

test('rounds that draft and rounds that do not are corrected apart', () => {
  const costs = new CostCorrection(curve);
  for (let round = 0; round < 200; round++) costs.observe(0, 1.5);
  expect(costs.at(0)).toBeCloseTo(1.5, 1);
  expect(costs.at(3)).toBe(4);
  for (let round = 0; round < 200; round++) costs.observe(1, 1);
  expect(costs.at(3)).toBeCloseTo(2, 0);
  expect(costs.at(0)).toBeCloseTo(1.5, 1);
});

test('one interrupted round moves it little', () => {
  const costs = new CostCorrection(curve);
  for (let round = 0; round < 24; round++) costs.observe(0, 1);
  costs.observe(0, 500);
  expect(costs.at(0)).toBeLessThan(1.15);
});
