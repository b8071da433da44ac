import { describe, expect, test } from 'vitest';
import { countsProbability, enumerateCounts } from '../testing/enumerate-counts.js';
import { distanceBetween, normalise, peakedLaw, uniformLaw, zipfLaw } from '../testing/laws.js';
import { randomOfEachTest } from '../testing/random-of-each-test.js';
import { deviationSlack } from './deviation-slack.js';
import { createDistanceLaw } from './distance-law.js';
import { lowerDistanceOf, upperDistanceOf } from './total-variation-bounds.js';

// The inequalities that the interval rests on, against sums over every possible outcome.

const random = randomOfEachTest(5);
const randomLaw = (cells: number): number[] =>
  normalise(Array.from({ length: cells }, () => random() ** (1 + 6 * random())));

/** Mean of the empirical distance, and the chance of each value, over all outcomes. */
function outcomesOf(
  count: number,
  law: readonly number[],
  target: readonly number[],
): { distance: number; probability: number }[] {
  return [...enumerateCounts(count, law.length)].map((counts) => ({
    distance: distanceBetween(
      counts.map((hits) => hits / count),
      target,
    ),
    probability: countsProbability(counts, law),
  }));
}

describe.each([
  ['uniform', uniformLaw(3)],
  ['zipf', zipfLaw(4)],
  ['peaked', peakedLaw(3, 0.9)],
  ['with an impossible cell', [0.5, 0.5, 0]],
])('a target that is %s', (_, target) => {
  const count = target.length === 4 ? 12 : 25;
  const distanceLaw = createDistanceLaw([{ count, weight: 1, probabilities: target }]);
  const laws = [target, ...Array.from({ length: 60 }, () => randomLaw(target.length))];
  for (let near = 0; near < 40; near++) {
    const other = randomLaw(target.length);
    const share = random() ** 2;
    laws.push(target.map((probability, cell) => (1 - share) * probability + share * (other[cell] as number)));
  }

  test('the mean distance allows the true distance, and exceeds it by no more than its mean under the target', () => {
    for (const law of laws) {
      const mean = outcomesOf(count, law, target).reduce(
        (sum, { distance, probability }) => sum + distance * probability,
        0,
      );
      const distance = distanceBetween(law, target);
      expect(mean).toBeLessThanOrEqual(distance + distanceLaw.meanUnderTarget + 1e-12);
      expect(distanceLaw.largestDistance(mean)).toBeGreaterThanOrEqual(distance - 1e-12);
    }
  });

  test('the slack is exceeded with probability alpha at most, on either side', () => {
    for (const law of laws) {
      const outcomes = outcomesOf(count, law, target);
      const mean = outcomes.reduce((sum, { distance, probability }) => sum + distance * probability, 0);
      const minority = Math.min(0.5, 1 - Math.max(...law));
      for (const alpha of [0.3, 0.05, 1e-3]) {
        const slack = deviationSlack(count, minority, alpha);
        const chance = (far: (distance: number) => boolean): number =>
          outcomes.reduce((sum, { distance, probability }) => sum + (far(distance) ? probability : 0), 0);
        expect(chance((distance) => distance < mean - slack - 1e-12)).toBeLessThanOrEqual(alpha);
        expect(chance((distance) => distance > mean + slack + 1e-12)).toBeLessThanOrEqual(alpha);
      }
    }
  });

  test('each bound covers the true distance as often as stated, summed over every outcome', () => {
    for (const alpha of [0.3, 0.05]) {
      const bounds = outcomesOf(count, target, target).map(({ distance }) => ({
        upper: upperDistanceOf(distance, distanceLaw, alpha),
        lower: lowerDistanceOf(distance, distanceLaw, alpha),
      }));
      for (const law of laws) {
        const distance = distanceBetween(law, target);
        let missedAbove = 0;
        let missedBelow = 0;
        for (const [index, { probability }] of outcomesOf(count, law, target).entries()) {
          const { upper, lower } = bounds[index] as { upper: number; lower: number };
          if (upper < distance - 1e-12) missedAbove += probability;
          if (lower > distance + 1e-12) missedBelow += probability;
        }
        expect(missedAbove).toBeLessThanOrEqual(alpha);
        expect(missedBelow).toBeLessThanOrEqual(alpha);
      }
    }
  });
});

test('the slack is McDiarmid at a minority of one half, far less at a small one', () => {
  const mcDiarmid = Math.sqrt(Math.log(40) / 2000);
  expect(deviationSlack(1000, 0.5, 0.025)).toBeLessThanOrEqual(mcDiarmid);
  expect(deviationSlack(1000, 0.5, 0.025)).toBeGreaterThan(0.999 * mcDiarmid);
  // Bernstein: sqrt(2 x log(1 / alpha) x m (1 - m) / n) + log(1 / alpha) / (3 n) is an upper bound.
  const evidence = Math.log(40) / 10_000;
  const bernstein = Math.sqrt(2 * evidence * 0.01 * 0.99) + evidence / 3;
  expect(deviationSlack(10_000, 0.01, 0.025)).toBeLessThan(bernstein);
  expect(deviationSlack(10_000, 0.01, 0.025)).toBeGreaterThan(Math.sqrt(2 * evidence * 0.01 * 0.99));
  expect(deviationSlack(10, 0, 0.1)).toBe(0);
});
