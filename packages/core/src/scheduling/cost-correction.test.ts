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

test('rounds that have become ten times as long are believed', () => {
  const costs = new CostCorrection(curve);
  for (let round = 0; round < 200; round++) costs.observe(1, 20);
  expect(costs.at(1)).toBeGreaterThan(18);
});

test('a clock that jumps does not mislead it', () => {
  const jumps = [-5, -1e9, Number.NaN, Number.POSITIVE_INFINITY, 1e12];
  const costs = new CostCorrection(curve);
  for (let round = 0; round < 100; round++) {
    costs.observe(0, 1);
    costs.observe(3, 4);
    // One jump in twenty rounds, into a round of either kind.
    if (round % 10 === 0) costs.observe(round % 20 === 0 ? 0 : 3, jumps[(round / 10) % 5] as number);
    for (const length of [0, 3]) {
      const measured = length === 0 ? 1 : 4;
      expect(costs.at(length)).toBeGreaterThan(0.99 * measured);
      expect(costs.at(length)).toBeLessThan(1.25 * measured);
    }
  }
});
