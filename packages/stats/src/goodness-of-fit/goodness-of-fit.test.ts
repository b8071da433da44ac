import { describe, expect, test } from 'vitest';
import {
  binomialProbability,
  chiSquareTest,
  discreteKolmogorovSmirnovTest,
  type GoodnessOfFit,
  gTest,
  kolmogorovSmirnovTest,
  monteCarloGoodnessOfFitTest,
} from '../index.js';
import type { RandomSource } from '../random/random-source.js';
import { drawCounts } from '../testing/draw-counts.js';
import { expectUniform } from '../testing/expect-uniform.js';
import { shiftedLaw, zipfLaw } from '../testing/laws.js';
import { seededRandom } from '../testing/seeded-random.js';

type Test = (
  counts: ArrayLike<number>,
  law: readonly number[],
  random: RandomSource,
) => Pick<GoodnessOfFit, 'pValue'>;

const asymptotic: [string, Test][] = [
  ['chi-square', (counts, law) => chiSquareTest(counts, law, { minimumExpected: 20 })],
  ['G', (counts, law) => gTest(counts, law, { minimumExpected: 20 })],
];
const exact: [string, Test][] = [
  [
    'Monte Carlo chi-square',
    (counts, law, random) => monteCarloGoodnessOfFitTest(counts, law, { random, draws: 19 }),
  ],
  [
    'Monte Carlo G',
    (counts, law, random) => monteCarloGoodnessOfFitTest(counts, law, { random, draws: 19, statistic: 'g' }),
  ],
  [
    'Monte Carlo probability',
    (counts, law, random) =>
      monteCarloGoodnessOfFitTest(counts, law, { random, draws: 19, statistic: 'probability' }),
  ],
  [
    'discrete Kolmogorov-Smirnov',
    (counts, law, random) => discreteKolmogorovSmirnovTest(counts, law, { random }),
  ],
];

/** P-values of repeated draws from `truth` against `law`. */
function pValues(
  run: Test,
  law: readonly number[],
  truth: readonly number[],
  draws: number,
  repeats: number,
): number[] {
  const random = seededRandom(20261124);
  return Array.from({ length: repeats }, () => run(drawCounts(truth, draws, random), law, random).pValue);
}

describe('p-values under the law', () => {
  test.each(asymptotic)('%s: uniform, nearly, for many draws', (_name, run) => {
    const values = pValues(run, zipfLaw(12), zipfLaw(12), 2_000, 500);
    expectUniform(values);
  });

  test.each(exact)('%s: uniform, exactly, for few draws', (_name, run) => {
    const values = pValues(run, zipfLaw(5), zipfLaw(5), 10, 1_500);
    expectUniform(values);
  });

  test('Kolmogorov-Smirnov: uniform, exactly', () => {
    const random = seededRandom(4);
    const values = Array.from(
      { length: 1_500 },
      () => kolmogorovSmirnovTest(Array.from({ length: 6 }, random)).pValue,
    );
    expectUniform(values);
  });

  test('negative control: p-values under a law at distance 0.1 are not uniform', () => {
    for (const [, run] of asymptotic) {
      const values = pValues(run, zipfLaw(12), shiftedLaw(zipfLaw(12), 0.1), 2_000, 100);
      expect(kolmogorovSmirnovTest(values).pValue).toBeLessThan(1e-6);
    }
  });
});

describe('power', () => {
  // Non-centrality of chi-square at distance 0.05, 40,000 draws: above 400 with 11 degrees of freedom, against a
  // critical value of 48 at 1e-6. The chance of one miss in all of these is below 1e-20.
  test.each(asymptotic)('%s: a law at distance 0.05 is rejected at 1e-6 in 20 of 20 seeds', (_name, run) => {
    const values = pValues(run, zipfLaw(12), shiftedLaw(zipfLaw(12), 0.05), 40_000, 20);
    expect(Math.max(...values)).toBeLessThan(1e-6);
  });

  test('Kolmogorov-Smirnov: mass that moves along the order is found', () => {
    const law = zipfLaw(50);
    const later = [...law.slice(25), ...law.slice(0, 25)];
    const random = seededRandom(5);
    const { pValue, cell } = discreteKolmogorovSmirnovTest(drawCounts(later, 2_000, random), law, { random });
    expect(pValue).toBeLessThan(1e-100);
    expect(cell).toBeGreaterThan(10);
  });

  test('Monte Carlo: the smallest p-value is reached, and not more', () => {
    const random = seededRandom(6);
    const { pValue } = monteCarloGoodnessOfFitTest([0, 0, 60], [0.4, 0.4, 0.2], { random, draws: 999 });
    expect(pValue).toBeGreaterThan(0);
    expect(pValue).toBeLessThanOrEqual(1 / 1_000);
  });
});

test('an outcome of probability 0 that was drawn is named and has p-value 0', () => {
  const random = seededRandom(8);
  const counts = [40, 30, 2, 28];
  const law = [0.4, 0.3, 0, 0.3];
  const impossible = [{ cell: 2, observed: 2 }];
  const expected = { pValue: 0, impossible };
  expect(chiSquareTest(counts, law)).toMatchObject({ ...expected, statistic: Infinity });
  expect(gTest(counts, law)).toMatchObject({ ...expected, statistic: Infinity });
  expect(monteCarloGoodnessOfFitTest(counts, law, { random })).toMatchObject(expected);
  expect(discreteKolmogorovSmirnovTest(counts, law, { random })).toMatchObject(expected);
  // Outcomes that cannot happen and did not are no cell of the test.
  expect(chiSquareTest([40, 30, 0, 30], law)).toMatchObject({ degreesOfFreedom: 2, impossible: [] });
});

test('where one cell is left nothing is compared', () => {
  for (const result of [chiSquareTest([1, 0], [0.5, 0.5]), gTest([7], [1])]) {
    expect(result).toMatchObject({ statistic: 0, pValue: 1, degreesOfFreedom: 0 });
    expect(result.cells).toHaveLength(1);
  }
});

test('how far the limit law is off in the tail, as the documentation says', () => {
  // One rare cell beside a common one; the counts are binomial, so the chance of each p-value is exact.
  const excess = (rareExpected: number, level: number): number => {
    const draws = 100_000;
    const rare = rareExpected / draws;
    let chance = 0;
    for (let count = 0; count < 400; count++) {
      if (chiSquareTest([count, draws - count], [rare, 1 - rare]).pValue <= level) {
        chance += binomialProbability(count, draws, rare);
      }
    }
    return chance / level;
  };
  expect(excess(5, 0.05)).toBeLessThan(1);
  expect(excess(5, 1e-6)).toBeGreaterThan(60);
  expect(excess(5, 1e-6)).toBeLessThan(80);
  expect(excess(100, 1e-6)).toBeLessThan(4);
});
