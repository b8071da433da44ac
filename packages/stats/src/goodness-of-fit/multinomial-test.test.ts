import { describe, expect, test } from 'vitest';
import {
  monteCarloGoodnessOfFitTest,
  type MultinomialStatistic,
  multinomialTest,
  StatisticsError,
} from '../index.js';
import { countsProbability, enumerateCounts } from '../testing/enumerate-counts.js';
import { seededRandom } from '../testing/seeded-random.js';

const statistics: MultinomialStatistic[] = ['probability', 'chi-square', 'g'];
const levels = [1e-6, 0.003, 0.05, 0.2, 0.5, 0.77, 0.99];

/** Chance of a p-value of at most each level where the draws follow `truth`; exact, over all tables. */
function distributionOfP(
  truth: readonly number[],
  law: readonly number[],
  count: number,
  statistic: MultinomialStatistic,
  randomised: boolean,
): number[] {
  const chances = levels.map(() => 0);
  for (const counts of enumerateCounts(count, law.length)) {
    const { larger, atLeast } = multinomialTest(counts, law, { statistic });
    for (const [index, level] of levels.entries()) {
      // A randomised p-value is uniform between the two chances; a plain one is the larger.
      const share = randomised
        ? Math.min(1, Math.max(0, (level - larger) / (atLeast - larger)))
        : Number(atLeast <= level);
      chances[index] = (chances[index] as number) + countsProbability(counts, truth) * share;
    }
  }
  return chances;
}

describe.each(statistics)('%s', (statistic) => {
  test('randomised p-values are exactly uniform under the law', () => {
    for (const [law, count] of [
      [[0.5, 0.3, 0.2], 12],
      [[0.25, 0.25, 0.25, 0.25], 7],
      [[0.9, 0.0999, 0.0001], 9],
    ] as const) {
      const chances = distributionOfP(law, law, count, statistic, true);
      for (const [index, level] of levels.entries()) {
        expect(Math.abs((chances[index] as number) - level)).toBeLessThan(1e-12);
      }
    }
  });

  test('plain p-values are never reached too often', () => {
    const law = [0.5, 0.3, 0.2];
    const chances = distributionOfP(law, law, 12, statistic, false);
    for (const [index, level] of levels.entries()) {
      expect(chances[index]).toBeLessThanOrEqual(level * (1 + 1e-12));
    }
  });

  test('negative control: under another law small p-values are likely', () => {
    const chances = distributionOfP([0.2, 0.3, 0.5], [0.5, 0.3, 0.2], 12, statistic, true);
    expect(chances[2]).toBeGreaterThan(0.3);
  });
});

test('the random source places the p-value between its bounds', () => {
  const { larger, atLeast } = multinomialTest([6, 4], [0.5, 0.5]);
  const pValue = (uniform: number) => multinomialTest([6, 4], [0.5, 0.5], { random: () => uniform }).pValue;
  expect(pValue(0)).toBe(larger);
  expect(pValue(0.5)).toBeCloseTo((larger + atLeast) / 2, 15);
});

test('the statistic is -2 log(probability of the table), by enumeration and by simulation', () => {
  const counts = [5, 3, 4];
  const law = [0.5, 0.3, 0.2];
  const expected = -2 * Math.log(countsProbability(counts, law));
  const random = seededRandom(9);
  const options = { random, draws: 1, statistic: 'probability', minimumExpected: 0 } as const;
  expect(multinomialTest(counts, law).statistic).toBeCloseTo(expected, 12);
  expect(monteCarloGoodnessOfFitTest(counts, law, options).statistic).toBeCloseTo(expected, 12);
});

test('ties that differ by rounding only count as ties', () => {
  // Symmetric cells: all six orders of these counts are equally likely.
  const pValues = [
    [1, 4, 7],
    [4, 7, 1],
    [7, 1, 4],
    [7, 4, 1],
  ].map((counts) => multinomialTest(counts, [1 / 3, 1 / 3, 1 / 3]).pValue);
  for (const pValue of pValues) expect(pValue).toBeCloseTo(pValues[0] as number, 14);
});

test('an impossible outcome is named, and one that did not happen is not', () => {
  const seen = multinomialTest([3, 2, 0, 1], [0.6, 0.4, 0, 0]);
  expect(seen).toMatchObject({ pValue: 0, statistic: Infinity, impossible: [{ cell: 3, observed: 1 }] });
  const unseen = multinomialTest([3, 2, 0, 0], [0.6, 0.4, 0, 0]);
  expect(unseen.impossible).toEqual([]);
  expect(unseen.pValue).toBeCloseTo(multinomialTest([3, 2], [0.6, 0.4]).pValue, 14);
});

test('more tables than the limit are refused, and pooling brings them below it', () => {
  const law = Array.from({ length: 10 }, () => 0.1);
  const counts = law.map(() => 10);
  expect(() => multinomialTest(counts, law)).toThrow(StatisticsError);
  expect(() => multinomialTest(counts, law)).toThrow(/monteCarloGoodnessOfFitTest/);
  const pooled = multinomialTest(counts, law, { minimumExpected: 30 });
  expect(pooled.cells).toHaveLength(3);
  expect(pooled.tables).toBe((102 * 101) / 2);
});
