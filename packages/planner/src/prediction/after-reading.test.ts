import { expect, test } from 'vitest';
import { afterReading } from './after-reading.js';

const speedup = { estimate: 2, lower: 1.5, upper: 2.5 };

test('reading a prompt costs as many plain rounds as it takes, whatever the speed', () => {
  // 64 tokens take 640 ms plainly; at twice the speed 320 ms, and 32 ms for reading.
  const cost = { readingMilliseconds: 32, plainMilliseconds: 10 };
  const { estimate, lower, upper } = afterReading(speedup, cost, 64);
  expect(estimate).toBeCloseTo(640 / 352, 12);
  expect(lower).toBeCloseTo(640 / (640 / 1.5 + 32), 12);
  expect(upper).toBeCloseTo(640 / (640 / 2.5 + 32), 12);
  expect(afterReading(speedup, cost, 640_000).estimate).toBeCloseTo(2, 3);
});

test('where nothing is read the speed stays as it is', () => {
  expect(afterReading(speedup, { readingMilliseconds: 0, plainMilliseconds: 10 }, 1)).toEqual(speedup);
});
