import { describe, expect, test } from 'vitest';
import values from '../../test-values/effect-size.json' with { type: 'json' };
import { StatisticsError } from '../errors/statistics-error.js';
import { mostHits } from '../testing/false-alarm-budget.js';
import { seededRandom } from '../testing/seeded-random.js';
import { signTest } from './sign-test.js';
import { signedRankLaw } from './signed-rank-law.js';
import { wilcoxonSignedRankTest } from './wilcoxon-signed-rank-test.js';

/** Relative error allowed against SciPy where both sum or expand the same exact law. */
const tolerance = 1e-12;
const closeTo = (actual: number, expected: number, relative = tolerance): void =>
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(relative * expected);

describe('Wilcoxon signed-rank test', () => {
  test.each(values.wilcoxon.map((value) => [value.differences.length, value] as const))(
    'SciPy, %d differences without ties',
    (_, value) => {
      for (const alternative of ['two-sided', 'less', 'greater'] as const) {
        const result = wilcoxonSignedRankTest(value.differences, alternative);
        closeTo(result.pValue, value[alternative]);
        expect(result).toMatchObject({ statistic: value.statistic, method: 'exact' });
      }
    },
  );

  test.each(values.ties.map((value) => [value.differences.length, value] as const))(
    'enumeration of all signs, %d differences with ties and zeros',
    (_, value) => {
      closeTo(wilcoxonSignedRankTest(value.differences, 'less').pValue, value.less);
      closeTo(wilcoxonSignedRankTest(value.differences, 'greater').pValue, value.greater);
      expect(wilcoxonSignedRankTest(value.differences).statistic).toBe(value.statistic);
    },
  );

  test.each(values.normal)('SciPy, beyond the exact limit', (value) => {
    const result = wilcoxonSignedRankTest(value.differences, 'less');
    expect(result.method).toBe('normal');
    closeTo(result.pValue, value.less, 1e-9);
    closeTo(wilcoxonSignedRankTest(value.differences, 'greater').pValue, value.greater, 1e-9);
  });

  test('the law of W for four pairs is the one in textbooks, and sums to 1 for a thousand', () => {
    expect([...signedRankLaw([1, 2, 3, 4])].map((probability) => 16 * probability)).toEqual([
      1, 1, 1, 2, 2, 2, 2, 2, 1, 1, 1,
    ]);
    const law = signedRankLaw(Int32Array.from({ length: 1000 }, (_, index) => index + 1));
    expect(law.reduce((sum, probability) => sum + probability, 0)).toBeCloseTo(1, 12);
  });

  test('nothing but zeros is no evidence', () => {
    expect(wilcoxonSignedRankTest([0, 0])).toMatchObject({ pValue: 1, count: 0 });
    expect(signTest([0, 0])).toEqual({ positive: 0, negative: 0, pValue: 1 });
  });

  test('symmetric differences are rejected as rarely as stated, shifted ones are caught', () => {
    const random = seededRandom(20261124);
    const runs = 2000;
    let rejections = 0;
    for (let run = 0; run < runs; run++) {
      const differences = Array.from({ length: 12 }, () => random() - 0.5);
      if (wilcoxonSignedRankTest(differences).pValue <= 0.05) rejections++;
    }
    // The largest p-value up to .05 for 12 pairs is .0425.
    expect(rejections).toBeLessThanOrEqual(mostHits('level of a test', runs, 0.0425));
    const shifted = Array.from({ length: 40 }, () => random() - 0.8);
    expect(wilcoxonSignedRankTest(shifted, 'less').pValue).toBeLessThan(1e-4);
    expect(wilcoxonSignedRankTest(shifted, 'greater').pValue).toBeGreaterThan(0.99);
  });
});

describe('sign test', () => {
  test.each(values.sign)('SciPy, $positive against $negative', (value) => {
    const differences = [
      ...Array.from({ length: value.positive }, () => 2),
      ...Array.from({ length: value.negative }, () => -0.1),
      0,
    ];
    for (const alternative of ['two-sided', 'less', 'greater'] as const) {
      closeTo(signTest(differences, alternative).pValue, value[alternative]);
    }
  });
});

test.each([
  ['no differences', []],
  ['NaN', [1, Number.NaN]],
  ['Infinity', [Infinity]],
])('%s are refused', (_, differences) => {
  expect(() => wilcoxonSignedRankTest(differences)).toThrow(StatisticsError);
  expect(() => signTest(differences)).toThrow(/differences/);
});
