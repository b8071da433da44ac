import { describe, expect, test } from 'vitest';
import { StatisticsError } from '../errors/statistics-error.js';
import { drawCounts } from '../testing/draw-counts.js';
import { mostHits } from '../testing/false-alarm-budget.js';
import { shiftedLaw, uniformLaw, zipfLaw } from '../testing/laws.js';
import { randomOfEachTest } from '../testing/random-of-each-test.js';
import { equivalenceTest } from './equivalence-test.js';
import { totalVariationInterval } from './total-variation-interval.js';

const random = randomOfEachTest(99);
const target = zipfLaw(10);
const runs = (law: readonly number[], count: number, margin: number): number => {
  let equivalent = 0;
  for (let run = 0; run < 200; run++) {
    const table = { counts: drawCounts(law, count, random), probabilities: target };
    if (equivalenceTest(table, { margin, alpha: 0.05 }).equivalent) equivalent++;
  }
  return equivalent;
};

describe('total variation', () => {
  test('equal laws are shown to be equivalent with enough draws, and never with too few', () => {
    // The bound is about .024 at 10,000 draws, with a standard deviation of .002.
    expect(runs(target, 10_000, 0.04)).toBe(200);
    expect(runs(target, 100, 0.04)).toBe(0);
  });

  test('a law at the margin is called equivalent no more often than alpha', () => {
    const most = mostHits('level of a test', 200, 0.05);
    // The bound is not tight here: 0 is usual.
    expect(runs(shiftedLaw(target, 0.04), 10_000, 0.04)).toBeLessThanOrEqual(most);
    // Two cells, where the bound is exact: about 10 of 200 are expected.
    let equivalent = 0;
    for (let run = 0; run < 200; run++) {
      const counts = drawCounts([0.45, 0.55], 2000, random);
      if (equivalenceTest({ counts, probabilities: [0.5, 0.5] }, { margin: 0.05 }).equivalent) equivalent++;
    }
    expect(equivalent).toBeLessThanOrEqual(most);
  });

  test('the p-value is the level at which the bound meets the margin', () => {
    for (const probabilities of [target, [0.4, 0.6]]) {
      const table = { counts: drawCounts(probabilities, 5000, random), probabilities };
      const { pValue, equivalent, upper } = equivalenceTest(table, { margin: 0.05, alpha: 0.01 });
      expect(equivalent).toBe(pValue <= 0.01);
      expect(equivalenceTest(table, { margin: 0.05, alpha: pValue * 1.001 }).equivalent).toBe(true);
      expect(equivalenceTest(table, { margin: 0.05, alpha: pValue * 0.999 }).equivalent).toBe(false);
      expect(upper).toBeCloseTo(totalVariationInterval(table, { confidence: 0.98 }).upper, 12);
    }
  });

  test('no evidence is a p-value of 1, overwhelming evidence a very small one', () => {
    const few = { counts: [1, 1, 1], probabilities: uniformLaw(3) };
    expect(equivalenceTest(few, { margin: 0.01 }).pValue).toBeGreaterThan(0.99);
    expect(equivalenceTest({ ...few, counts: [3, 0, 0] }, { margin: 0.01 }).pValue).toBe(1);
    const many = { counts: [1e9, 1e9], probabilities: [0.5, 0.5] };
    expect(equivalenceTest(many, { margin: 0.1 }).pValue).toBeLessThan(1e-300);
  });
});

describe('KL divergence', () => {
  test('equal laws are shown to be equivalent, different ones are not', () => {
    const equal = { counts: drawCounts(target, 50_000, random), probabilities: target };
    const result = equivalenceTest(equal, { margin: 0.01, distance: 'kl-divergence' });
    expect(result).toMatchObject({ equivalent: true, distance: 'kl-divergence' });
    expect(result.pValue).toBeLessThan(0.05);
    const law = shiftedLaw(target, 0.1);
    const different = { counts: drawCounts(law, 50_000, random), probabilities: target };
    expect(equivalenceTest(different, { margin: 0.01, distance: 'kl-divergence' })).toMatchObject({
      equivalent: false,
      pValue: 1,
    });
  });
});

test.each([
  ['a margin of 0', { margin: 0 }],
  ['a NaN margin', { margin: Number.NaN }],
  ['an alpha of 1', { margin: 0.1, alpha: 1 }],
])('%s is refused', (_, options) => {
  expect(() => equivalenceTest({ counts: [1, 1], probabilities: [0.5, 0.5] }, options)).toThrow(
    StatisticsError,
  );
});
