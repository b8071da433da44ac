import { describe, expect, test } from 'vitest';
import {
  chiSquareHomogeneityTest,
  gHomogeneityTest,
  jointHomogeneityTest,
  kolmogorovSmirnovTwoSampleTest,
  monteCarloIndependenceTest,
} from '../index.js';
import type { RandomSource } from '../random/random-source.js';
import { drawCounts } from '../testing/draw-counts.js';
import { expectUniform } from '../testing/expect-uniform.js';
import { falseAlarmBudget } from '../testing/false-alarm-budget.js';
import { shiftedLaw, zipfLaw } from '../testing/laws.js';
import { seededRandom } from '../testing/seeded-random.js';

type Test = (first: ArrayLike<number>, second: ArrayLike<number>, random: RandomSource) => { pValue: number };

const tests: [string, Test][] = [
  ['chi-square', (first, second) => chiSquareHomogeneityTest(first, second, { minimumExpected: 20 })],
  ['G', (first, second) => gHomogeneityTest(first, second, { minimumExpected: 20 })],
  [
    'Monte Carlo',
    (first, second, random) => monteCarloIndependenceTest([first, second], { random, draws: 19 }),
  ],
];

test.each(tests)(
  '%s homogeneity: p-values are uniform where both samples come from one law',
  (_name, run) => {
    const random = seededRandom(1);
    const values = Array.from(
      { length: 400 },
      () => run(drawCounts(zipfLaw(8), 900, random), drawCounts(zipfLaw(8), 600, random), random).pValue,
    );
    expectUniform(values);
  },
);

test.each(tests.slice(0, 2))('%s homogeneity: laws at distance 0.05 are told apart at 1e-6', (_name, run) => {
  const random = seededRandom(2);
  // Non-centrality above 200 against a critical value of 42: a miss has a chance below 1e-20.
  const first = drawCounts(zipfLaw(8), 40_000, random);
  const second = drawCounts(shiftedLaw(zipfLaw(8), 0.05), 40_000, random);
  expect(run(first, second, random).pValue).toBeLessThan(1e-6);
});

test('cells that neither sample holds are left out, and columns are pooled by totals only', () => {
  const result = chiSquareHomogeneityTest([50, 0, 3, 40, 1], [45, 0, 1, 52, 2]);
  expect(result.columns.flat().toSorted((left, right) => left - right)).toEqual([0, 2, 3, 4]);
  // 7 of 194 in cells 2 and 4 are fewer than 5 in the smaller sample: they join the next smallest, 3 with 92.
  expect(result).toMatchObject({ degreesOfFreedom: 1, columns: [[0], [3, 2, 4]] });
});

test('joint homogeneity compares whole sequences', () => {
  const pairs = (independent: boolean): Map<string, number> => {
    const random = seededRandom(independent ? 3 : 4);
    const counts = new Map<string, number>();
    for (let draw = 0; draw < 2_000; draw++) {
      const first = random() < 0.5 ? 0 : 1;
      const second = independent ? (random() < 0.5 ? 0 : 1) : random() < 0.6 ? first : 1 - first;
      counts.set(`${first},${second}`, (counts.get(`${first},${second}`) ?? 0) + 1);
    }
    return counts;
  };
  // Same marginals, other dependence: 0.1 apart.
  const different = jointHomogeneityTest(pairs(true), pairs(false));
  expect(different.pValue).toBeLessThan(1e-6);
  expect(different.cells.flat().toSorted()).toEqual(['0,0', '0,1', '1,0', '1,1']);
  expect(jointHomogeneityTest(pairs(true), pairs(true)).pValue).toBeCloseTo(1, 12);
});

describe('two-sample Kolmogorov-Smirnov', () => {
  /** Chance of each distance, over all ways to split the pooled values: by brute force. */
  function splits(values: readonly number[], firstCount: number): { distance: number; pValue: number }[] {
    const results: { distance: number; pValue: number }[] = [];
    for (let mask = 0; mask < 2 ** values.length; mask++) {
      const first = values.filter((_, index) => (mask >> index) & 1);
      if (first.length !== firstCount) continue;
      const second = values.filter((_, index) => !((mask >> index) & 1));
      const { statistic, pValue } = kolmogorovSmirnovTwoSampleTest(first, second);
      results.push({ distance: statistic, pValue });
    }
    return results;
  }

  test.each([
    ['no ties', [1, 2, 3, 4, 5, 6, 7, 8, 9]],
    ['ties', [1, 1, 2, 2, 2, 3, 5, 5, 5]],
    ['three values', [1, 1, 1, 2, 2, 2, 3, 3, 3]],
  ])('exact p-values are shares of all splits: %s', (_name, values) => {
    for (const firstCount of [1, 3, 4, 7]) {
      const all = splits(values, firstCount);
      for (const { distance, pValue } of all) {
        const share = all.filter((other) => other.distance >= distance - 1e-12).length / all.length;
        expect(Math.abs(pValue - share)).toBeLessThan(1e-14);
      }
    }
  });

  test('randomised p-values are uniform, with ties too', () => {
    const random = seededRandom(5);
    const values = Array.from({ length: 1_500 }, () => {
      const draw = (count: number) => Array.from({ length: count }, () => Math.floor(4 * random()));
      return kolmogorovSmirnovTwoSampleTest(draw(8), draw(5), { random }).pValue;
    });
    expectUniform(values);
  });

  test('far tails keep their digits: complete separation has 2 of C(2n, n) splits', () => {
    const low = Array.from({ length: 300 }, (_, index) => index);
    const high = low.map((value) => value + 300);
    const { statistic, pValue } = kolmogorovSmirnovTwoSampleTest(low, high);
    expect(statistic).toBe(1);
    let expected = 2;
    for (let k = 1; k <= 300; k++) expected *= k / (300 + k);
    expect(Math.abs(pValue / expected - 1)).toBeLessThan(1e-12);
  });

  test('large samples use the limit law, and agree with the exact one at the seam', () => {
    const random = seededRandom(6);
    const draw = (count: number) => Array.from({ length: count }, random);
    const large = kolmogorovSmirnovTwoSampleTest(draw(20_000), draw(12_000));
    expect(large.method).toBe('asymptotic');
    expect(large.pValue).toBeGreaterThan(falseAlarmBudget.alphaOf('equal laws are not told apart'));
    const small = kolmogorovSmirnovTwoSampleTest(draw(400), draw(300));
    expect(small.method).toBe('exact');
  });
});
