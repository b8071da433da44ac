import { expect, test } from 'vitest';
import { AcceptanceEstimate } from './acceptance-estimate.js';

const options = { prior: [0.5], priorWeight: 4, memory: 1e9 };

test('without observations it is the prior', () => {
  expect(new AcceptanceEstimate(options).at(3)).toBeCloseTo(0.5, 12);
});

test('a prior by position goes on with its last value', () => {
  const estimate = new AcceptanceEstimate({ ...options, prior: [0.3, 0.9] });
  expect([0, 1, 7].map((position) => estimate.at(position))).toEqual([0.3, 0.9, 0.9]);
});

test('tokens after the first rejection are censored, not failures', () => {
  const estimate = new AcceptanceEstimate(options);
  const censored = new AcceptanceEstimate(options);
  for (let round = 0; round < 50; round++) {
    estimate.observe(1, 0);
    censored.observe(4, 0);
  }
  for (const position of [0, 1, 2, 3]) expect(censored.at(position)).toBe(estimate.at(position));
});

test('it converges to the share of accepted tokens at each position', () => {
  const estimate = new AcceptanceEstimate(options);
  // Position 0 accepted 3 of 4 times, position 1 (when reached) 1 of 3 times.
  for (let round = 0; round < 4000; round++) estimate.observe(2, [0, 1, 1, 2][round % 4] as number);
  expect(estimate.at(0)).toBeCloseTo(3 / 4, 2);
  expect(estimate.at(1)).toBeCloseTo(1 / 3, 2);
});

test('it forgets', () => {
  const estimate = new AcceptanceEstimate({ ...options, memory: 10 });
  for (let round = 0; round < 100; round++) estimate.observe(1, 1);
  for (let round = 0; round < 100; round++) estimate.observe(1, 0);
  expect(estimate.at(0)).toBeLessThan(0.2);
});
