import { expect, test } from 'vitest';
import { RunningMedian } from './running-median.js';

test('it is the median of the last nine, the lower one of an even number', () => {
  const median = new RunningMedian();
  expect([median.value, median.count]).toEqual([undefined, 0]);
  const seen = [5, 1, 4, 2, 3].map((sample) => {
    median.add(sample);
    return median.value;
  });
  expect(seen).toEqual([5, 1, 4, 2, 3]);
  for (let sample = 11; sample <= 20; sample++) median.add(sample);
  expect([median.value, median.count]).toEqual([16, 9]);
});

test('four disturbances in nine are not believed, five are', () => {
  const median = new RunningMedian();
  for (let sample = 0; sample < 9; sample++) median.add(1);
  for (let sample = 0; sample < 4; sample++) median.add(1e9);
  expect(median.value).toBe(1);
  median.add(1e9);
  expect(median.value).toBe(1e9);
});
