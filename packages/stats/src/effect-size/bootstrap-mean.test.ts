import { expect, test } from 'vitest';
import { StatisticsError } from '../errors/statistics-error.js';
import { randomOfEachTest } from '../testing/random-of-each-test.js';
import { bootstrapMean } from './bootstrap-mean.js';

const random = randomOfEachTest(11);

/** Groups of unequal size whose observations share a level: mean 0.5, strongly dependent inside a group. */
function groups(count: number): { sums: number[]; counts: number[] } {
  const counts = Array.from({ length: count }, () => 5 + Math.floor(40 * random()));
  const sums = counts.map((observations) => {
    const level = random() < 0.5 ? 0.2 : 0.6;
    return Array.from({ length: observations }, () => level + 0.2 * random()).reduce((sum, x) => sum + x, 0);
  });
  return { sums, counts };
}

test('covers the true mean about as often as stated, though observations depend on each other', () => {
  let covered = 0;
  for (let run = 0; run < 300; run++) {
    const { lower, upper } = bootstrapMean(groups(40), { random, confidence: 0.95, resamples: 1000 });
    if (lower <= 0.5 && 0.5 <= upper) covered += 1;
  }
  // Binomial(300, 0.92): fewer than 252 with probability 3e-6; the bootstrap's own shortfall is about 0.02.
  expect(covered).toBeGreaterThanOrEqual(252);
  expect(covered).toBeLessThan(300);
});

test('an interval that takes observations for independent does not cover', () => {
  let covered = 0;
  for (let run = 0; run < 60; run++) {
    const { sums, counts } = groups(10);
    const single = sums.flatMap((sum, at) =>
      new Array<number>(counts[at] as number).fill(sum / (counts[at] as number)),
    );
    const apart = { sums: single, counts: single.map(() => 1) };
    const { lower, upper } = bootstrapMean(apart, { random, resamples: 400 });
    if (lower <= 0.5 && 0.5 <= upper) covered += 1;
  }
  // The control: at 95 %, fewer than 45 of 60 have probability 3e-8.
  expect(covered).toBeLessThan(45);
});

test('equal groups have no spread', () => {
  const { estimate, lower, upper } = bootstrapMean({ sums: [0, 0, 0], counts: [4, 5, 6] }, { random });
  expect([estimate, lower, upper]).toEqual([0, 0, 0]);
});

test.each([
  [{ sums: [1], counts: [1] }, /two groups/],
  [{ sums: [1, 2], counts: [1] }, /2 sums and 1 counts/],
  [{ sums: [1, Number.NaN], counts: [1, 1] }, /sums\[1\]/],
  [{ sums: [1, 2], counts: [1, 0] }, /counts\[1\]/],
])('refuses %o', (bad, message) => {
  expect(() => bootstrapMean(bad, { random })).toThrow(message);
  expect(() => bootstrapMean(bad, { random })).toThrow(StatisticsError);
});
