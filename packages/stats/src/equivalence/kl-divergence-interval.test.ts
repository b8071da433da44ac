import { describe, expect, test } from 'vitest';
import { drawCounts } from '../testing/draw-counts.js';
import { countsProbability, enumerateCounts } from '../testing/enumerate-counts.js';
import { falseAlarmBudget } from '../testing/false-alarm-budget.js';
import { normalise, peakedLaw, shiftedLaw, uniformLaw, zipfLaw } from '../testing/laws.js';
import { randomOfEachTest } from '../testing/random-of-each-test.js';
import { divergenceShare } from './kl-bounds.js';
import { klDivergenceInterval } from './kl-divergence-interval.js';

const random = randomOfEachTest(17);

function divergence(law: readonly number[], target: readonly number[]): number {
  return law.reduce(
    (sum, probability, cell) =>
      sum + (probability === 0 ? 0 : probability * Math.log(probability / (target[cell] as number))),
    0,
  );
}

test('shares add up to the divergence, and keep their digits near the target', () => {
  const law = zipfLaw(6);
  const target = normalise([1, 1, 2, 2, 3, 3]);
  const sum = law.reduce(
    (total, probability, cell) => total + divergenceShare(probability, target[cell] as number),
    0,
  );
  expect(sum).toBeCloseTo(divergence(law, target), 14);
  // (p - q)^2 / (2 q) to leading order.
  expect(divergenceShare(0.25 + 1e-7, 0.25) / (1e-7 ** 2 / 0.5)).toBeCloseTo(1, 5);
  expect(divergenceShare(0, 0.3)).toBe(0.3);
  expect(divergenceShare(0, 0)).toBe(0);
  expect(divergenceShare(0.1, 0)).toBe(Infinity);
});

describe.each([
  ['uniform', uniformLaw(3)],
  ['peaked', peakedLaw(3, 0.9)],
  ['of two cells', [0.3, 0.7]],
])('a target that is %s', (_, target) => {
  test('each end covers as often as stated, summed over every outcome', () => {
    const count = 15;
    const intervals = [...enumerateCounts(count, target.length)].map((counts) => ({
      counts,
      ...klDivergenceInterval({ counts, probabilities: target }, { confidence: 0.6 }),
    }));
    for (let run = 0; run < 80; run++) {
      const other = normalise(target.map(() => random() ** 3));
      const share = random();
      const law = target.map(
        (probability, cell) => (1 - share) * probability + share * (other[cell] as number),
      );
      const truth = divergence(law, target);
      let above = 0;
      let below = 0;
      for (const { counts, lower, upper } of intervals) {
        const probability = countsProbability(counts, law);
        if (upper < truth - 1e-12) above += probability;
        if (lower > truth + 1e-12) below += probability;
      }
      expect(above).toBeLessThanOrEqual(0.2);
      expect(below).toBeLessThanOrEqual(0.2);
    }
  });
});

test('a difference is proven, equal laws are bounded closely, and an empty target cell by nothing', () => {
  const target = zipfLaw(50);
  const law = shiftedLaw(target, 0.1);
  const different = klDivergenceInterval({ counts: drawCounts(law, 20_000, random), probabilities: target });
  expect(different.lower).toBeGreaterThan(0.005);
  expect(different.lower).toBeLessThan(divergence(law, target));
  expect(different.upper).toBeGreaterThan(divergence(law, target));
  const table = { counts: drawCounts(target, 20_000, random), probabilities: target };
  expect(klDivergenceInterval(table).upper).toBeLessThan(0.02);
  // Half of the error rate is the lower end's.
  const confidence = 1 - 2 * falseAlarmBudget.alphaOf('equal laws are not told apart');
  expect(klDivergenceInterval(table, { confidence }).lower).toBe(0);
  const impossible = klDivergenceInterval({ counts: [10, 10, 0], probabilities: [0.5, 0.5, 0] });
  expect(impossible.upper).toBe(Infinity);
});
