import { expect, test } from 'vitest';
import { PowerIntegral } from './power-integral.js';

test('power that changes evenly is integrated exactly', () => {
  const integral = new PowerIntegral(200);
  // 100 W at 0 s to 200 W at 1 s: 150 J.
  for (let at = 0; at <= 1000; at += 100) integral.add(at, 100 + at / 10);
  expect(integral.until(1000).joules).toBeCloseTo(150, 10);
});

test('the last power goes on until the reading, and what was told is not taken back', () => {
  const integral = new PowerIntegral(1000);
  integral.add(0, 100);
  expect(integral.until(500).joules).toBeCloseTo(50, 10);
  integral.add(500, 0);
  expect(integral.until(500).joules).toBeCloseTo(50, 10);
  integral.add(1000, 200);
  expect(integral.until(1000).joules).toBeCloseTo(75, 10);
});

test('without samples there is no energy', () => {
  expect(new PowerIntegral(100).until(5)).toEqual({ joules: 0, problem: undefined });
});

test('a clock that jumps is told once, and the interval is not counted', () => {
  for (const [jump, problem] of [
    [-5000, 'the clock went back by 5000 ms'],
    [3600_000, 'no sample for 3600000 ms'],
  ] as const) {
    const integral = new PowerIntegral(1000);
    integral.add(10_000, 100);
    integral.add(10_500, 100);
    integral.add(10_500 + jump, 100);
    integral.add(11_000 + jump, 100);
    expect(integral.until(11_000 + jump).problem).toBe(problem);
    const { joules, problem: second } = integral.until(11_000 + jump);
    expect(second).toBeUndefined();
    expect(joules).toBeCloseTo(100, 10);
  }
});
