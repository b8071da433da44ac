import { expect, test } from 'vitest';
import { RunningQuantile } from './running-quantile.js';

test('a half is the median of the last nine, the lower one of an even number', () => {
  const median = new RunningQuantile(0.5);
  expect([median.value, median.count]).toEqual([undefined, 0]);
  const seen = [5, 1, 4, 2, 3].map((sample) => {
    median.add(sample);
    return median.value;
  });
  expect(seen).toEqual([5, 1, 4, 2, 3]);
  for (let sample = 11; sample <= 20; sample++) median.add(sample);
  expect([median.value, median.count]).toEqual([16, 9]);
});

test.each([1, 2, 9, 33])('it is that of the last %d samples, sorted', (window) => {
  const quantile = new RunningQuantile(0.25, window);
  const seen: number[] = [];
  for (let index = 0; index < 200; index++) {
    // Repeats, and runs up and down.
    const sample = (index * 7919) % 23;
    quantile.add(sample);
    seen.push(sample);
    const kept = seen.slice(-window).toSorted((left, right) => left - right);
    expect(quantile.value).toBe(kept[Math.floor((kept.length - 1) * 0.25)]);
    expect(quantile.count).toBe(kept.length);
  }
});

test.each([
  [0.5, 4],
  [0.25, 6],
])('of the quantile %d, %d disturbances in nine are not believed, one more is', (share, most) => {
  const quantile = new RunningQuantile(share);
  for (let sample = 0; sample < 9; sample++) quantile.add(1);
  for (let sample = 0; sample < most; sample++) quantile.add(1e9);
  expect(quantile.value).toBe(1);
  quantile.add(1e9);
  expect(quantile.value).toBe(1e9);
});

test('after a disturbance three samples bring the lower quartile back', () => {
  const quartile = new RunningQuantile(0.25);
  for (let sample = 0; sample < 9; sample++) quartile.add(1e9);
  for (const [sample, expected] of [
    [1, 1e9],
    [2, 1e9],
    [1, 2],
  ] as const) {
    quartile.add(sample);
    expect(quartile.value).toBe(expected);
  }
});
