import { describe, expect, test } from 'vitest';
import { StatisticsError } from '../errors/statistics-error.js';
import { drawCounts } from '../testing/draw-counts.js';
import { falseAlarmBudget, fewestHits } from '../testing/false-alarm-budget.js';
import { distanceBetween, peakedLaw, shiftedLaw, uniformLaw, zipfLaw } from '../testing/laws.js';
import { randomOfEachTest } from '../testing/random-of-each-test.js';
import { totalVariationInterval } from './total-variation-interval.js';

const random = randomOfEachTest(20261124);

describe('459 of 500 intervals at 95 % or more cover the true distance', () => {
  test.each([
    ['two cells, equal laws', [0.3, 0.7], 0, 500],
    ['two cells, distance .05', [0.3, 0.7], 0.05, 500],
    ['eight cells, equal laws', uniformLaw(8), 0, 1000],
    ['eight cells, distance .05', zipfLaw(8), 0.05, 1000],
    ['a peaked law, distance .01', peakedLaw(6), 0.01, 2000],
    ['twelve cells, distance .2', zipfLaw(12), 0.2, 300],
  ] as const)('%s', (_, target, distance, count) => {
    const law = distance === 0 ? [...target] : shiftedLaw(target, distance);
    const truth = distanceBetween(law, target);
    let covered = 0;
    for (let run = 0; run < 500; run++) {
      const { lower, upper } = totalVariationInterval({
        counts: drawCounts(law, count, random),
        probabilities: target,
      });
      if (lower <= truth && truth <= upper) covered++;
    }
    const fewest = fewestHits('coverage in 500 runs', 500, 0.95);
    expect(fewest).toBe(459);
    expect(covered).toBeGreaterThanOrEqual(fewest);
  });

  test('an interval that ignores the bias of the empirical distance would not cover', () => {
    // Negative control: estimate -+ 1.96 of its standard error, at equal laws and many cells.
    const target = uniformLaw(50);
    let covered = 0;
    for (let run = 0; run < 100; run++) {
      const { estimate } = totalVariationInterval({
        counts: drawCounts(target, 1000, random),
        probabilities: target,
      });
      if (estimate - 1.96 * (0.3 / Math.sqrt(1000)) <= 0) covered++;
    }
    expect(covered).toBe(0);
  });
});

describe('width', () => {
  /** The bound of Weissman et al. 2003 on the distance between a law and its shares. */
  const weissman = (cells: number, count: number, alpha: number): number =>
    Math.sqrt((cells * Math.log(2) + Math.log(1 / alpha)) / (2 * count));

  test.each([
    [2, 1000],
    [8, 10_000],
    [50, 10_000],
    [500, 10_000],
    [500, 1_000_000],
  ])('%d cells, %d draws of equal laws: the upper end is below that of Weissman et al.', (cells, count) => {
    for (const target of [uniformLaw(cells), zipfLaw(cells), peakedLaw(cells)]) {
      const interval = totalVariationInterval({
        counts: drawCounts(target, count, random),
        probabilities: target,
      });
      expect(interval.upper).toBeLessThan(0.95 * (interval.estimate + weissman(cells, count, 0.025)));
    }
  });

  test('500 cells: equal laws are shown to be closer than the empirical distance itself', () => {
    const target = uniformLaw(500);
    const { estimate, upper, meanUnderTarget } = totalVariationInterval({
      counts: drawCounts(target, 10_000, random),
      probabilities: target,
    });
    // The estimate is .089 -+ .003, all of it bias; the upper end .063.
    expect(upper).toBeLessThan(0.8 * meanUnderTarget);
    expect(Math.abs(estimate - meanUnderTarget)).toBeLessThan(0.02);
  });

  test('no draws in any cell but the certain one: the bound is a few over n', () => {
    const { upper } = totalVariationInterval({ counts: [10_000, 0, 0], probabilities: [1, 0, 0] });
    // At best log(1 / alpha) / n.
    expect(upper).toBeGreaterThan(Math.log(40) / 10_000);
    expect(upper).toBeLessThan((4 * Math.log(40)) / 10_000);
  });
});

describe('a difference', () => {
  test('is proven where it is large enough, and not where there is none', () => {
    const target = zipfLaw(20);
    const different = drawCounts(shiftedLaw(target, 0.05), 20_000, random);
    expect(totalVariationInterval({ counts: different, probabilities: target }).lower).toBeGreaterThan(0.02);
    const equal = drawCounts(target, 20_000, random);
    // Half of the error rate is the lower end's.
    const confidence = 1 - 2 * falseAlarmBudget.alphaOf('equal laws are not told apart');
    expect(totalVariationInterval({ counts: equal, probabilities: target }, { confidence }).lower).toBe(0);
  });

  test('an impossible outcome is found in a few draws of many', () => {
    const interval = totalVariationInterval({ counts: [50_000, 49_990, 10], probabilities: [0.5, 0.5, 0] });
    expect(interval.lower).toBeGreaterThan(2e-5);
    expect(interval.lower).toBeLessThan(1e-4);
  });

  test('merging cells brings laws closer', () => {
    const counts = [300, 100, 100, 300];
    const fine = totalVariationInterval({ counts, probabilities: uniformLaw(4) });
    const merged = totalVariationInterval({ counts: [400, 400], probabilities: [0.5, 0.5] });
    expect(fine.lower).toBeGreaterThan(0.15);
    expect(merged.lower).toBe(0);
  });
});

describe('several tables', () => {
  test('one table split by prefix gives the average distance, weighted by draws', () => {
    const targets = [uniformLaw(4), peakedLaw(5, 0.8), zipfLaw(6), [0.5, 0.5]];
    const distances = [0.1, 0, 0.02, 0.3];
    const draws = [200, 400, 100, 300];
    const truth = distances.reduce(
      (sum, distance, index) => sum + distance * ((draws[index] as number) / 1000),
      0,
    );
    let covered = 0;
    for (let run = 0; run < 200; run++) {
      const tables = targets.map((target, index) => ({
        counts: drawCounts(shiftedLaw(target, distances[index] as number), draws[index] as number, random),
        probabilities: target,
      }));
      const { lower, upper, count } = totalVariationInterval(tables);
      expect(count).toBe(1000);
      if (lower <= truth && truth <= upper) covered++;
    }
    expect(covered).toBeGreaterThanOrEqual(fewestHits('coverage in 200 or 300 runs', 200, 0.95));
  });

  test('a list of one is that one', () => {
    const table = { counts: [10, 20, 30], probabilities: [0.2, 0.3, 0.5] };
    expect(totalVariationInterval([table])).toEqual(totalVariationInterval(table));
  });

  test('a hundred prefixes with few draws each are shown to be equivalent together', () => {
    const tables = Array.from({ length: 100 }, () => {
      const target = zipfLaw(20);
      return { counts: drawCounts(target, 200, random), probabilities: target };
    });
    const { estimate, upper } = totalVariationInterval(tables);
    expect(estimate).toBeGreaterThan(0.08);
    expect(upper).toBeLessThan(0.08);
  });
});

test.each([
  ['no draws', { counts: [0, 0], probabilities: [0.5, 0.5] }, 'empty'],
  ['no cells', { counts: [], probabilities: [] }, 'empty'],
  ['lists of unequal length', { counts: [1], probabilities: [0.5, 0.5] }, 'mismatch'],
  ['probabilities that do not sum to 1', { counts: [1, 1], probabilities: [0.5, 0.6] }, 'not-normalised'],
  ['a negative probability', { counts: [1, 1], probabilities: [1.5, -0.5] }, 'invalid-probability'],
  ['a NaN probability', { counts: [1, 1], probabilities: [Number.NaN, 1] }, 'invalid-probability'],
  ['a negative count', { counts: [-1, 3], probabilities: [0.5, 0.5] }, 'invalid-count'],
  ['half a count', { counts: [0.5, 3], probabilities: [0.5, 0.5] }, 'invalid-count'],
])('%s are refused', (_, table, reason) => {
  let error: unknown;
  try {
    totalVariationInterval(table);
  } catch (caught) {
    error = caught;
  }
  expect(StatisticsError.isInstance(error)).toBe(true);
  expect((error as StatisticsError).reason).toBe(reason);
});

test('the faulty one of several tables is named; no tables and no confidence are refused', () => {
  const good = { counts: [1, 1], probabilities: [0.5, 0.5] };
  expect(() => totalVariationInterval([good, { ...good, counts: [1, 1, 1] }])).toThrow(/tables\[1\]/);
  expect(() => totalVariationInterval([])).toThrow(/no tables/);
  expect(() => totalVariationInterval(good, { confidence: 0 })).toThrow(/confidence/);
});
