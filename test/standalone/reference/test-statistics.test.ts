import {
  chiSquareTest,
  gTest,
  independenceTest,
  kolmogorovSmirnovTest,
  kolmogorovSmirnovTwoSampleTest,
  type MultinomialStatistic,
  multinomialTest,
  normalCdf,
} from '@foretoken/stats';
import { expect, test } from 'vitest';
import { readFixture } from './read-fixture.js';

type Pair = readonly [statistic: number, pValue: number];
interface Values {
  readonly oneSample: readonly {
    readonly counts: number[];
    readonly probabilities: number[];
    readonly chiSquare: Pair;
    readonly g: Pair;
  }[];
  readonly tables: readonly {
    readonly table: number[][];
    readonly chiSquare: readonly [number, number, number];
    readonly g: readonly [number, number, number];
  }[];
  readonly kolmogorovSmirnov: readonly {
    readonly first: number[];
    readonly second: number[];
    readonly oneSample: Pair;
    readonly twoSample: Pair;
  }[];
  readonly multinomial: readonly (Readonly<
    Record<MultinomialStatistic, readonly [larger: number, atLeast: number]>
  > & {
    readonly counts: number[];
    readonly probabilities: number[];
    readonly tables: number;
  })[];
}

const values = await readFixture<Values>('test-statistics.json');

test('chi-square and G agree with SciPy, without pooling', () => {
  for (const { counts, probabilities, chiSquare, g } of values.oneSample) {
    const options = { minimumExpected: 0 };
    expectClose(chiSquareTest(counts, probabilities, options), chiSquare);
    expectClose(gTest(counts, probabilities, options), g);
  }
});

test('contingency tables agree with SciPy, without pooling', () => {
  for (const { table, chiSquare, g } of values.tables) {
    for (const [statistic, expected] of [['chi-square', chiSquare] as const, ['g', g] as const]) {
      const result = independenceTest(table, { statistic, minimumExpected: 0 });
      expectClose(result, [expected[0], expected[1]]);
      expect(result.degreesOfFreedom).toBe(expected[2]);
    }
  }
});

test('one- and two-sample Kolmogorov-Smirnov agree with SciPy', () => {
  for (const { first, second, oneSample, twoSample } of values.kolmogorovSmirnov) {
    expectClose(kolmogorovSmirnovTest(first, normalCdf), oneSample);
    expectClose(kolmogorovSmirnovTwoSampleTest(first, second), twoSample);
  }
});

test('exact multinomial p-values agree with rational arithmetic, for all three statistics', () => {
  for (const { counts, probabilities, tables, ...expected } of values.multinomial) {
    for (const statistic of ['probability', 'chi-square', 'g'] as const) {
      const result = multinomialTest(counts, probabilities, { statistic });
      expect(result.tables).toBe(tables);
      expect(Math.abs(result.larger - expected[statistic][0])).toBeLessThan(1e-12);
      expect(Math.abs(result.atLeast - expected[statistic][1])).toBeLessThan(1e-12);
      expect(result.pValue).toBe(result.atLeast);
    }
  }
});

/** The fixture has 14 digits, the promise is 12; a statistic near 0 is a difference of numbers near 1. */
function expectClose(actual: { readonly statistic: number; readonly pValue: number }, expected: Pair): void {
  const [statistic, pValue] = expected;
  expect(Math.abs(actual.statistic - statistic)).toBeLessThanOrEqual(1e-12 * Math.max(1, statistic));
  expect(Math.abs(actual.pValue - pValue)).toBeLessThanOrEqual(1e-12 * pValue);
}
