import { describe, expect, test } from 'vitest';
import { chiSquareSurvival } from '../distributions/chi-square-survival.js';
import { kolmogorovLimitSurvival } from '../distributions/kolmogorov-limit-survival.js';
import { kolmogorovSmirnovSurvival } from '../distributions/kolmogorov-smirnov-survival.js';
import { drawCounts } from '../testing/draw-counts.js';
import { countsProbability, enumerateCounts } from '../testing/enumerate-counts.js';
import { expectRefusal } from '../testing/expect-refusal.js';
import { zipfLaw } from '../testing/laws.js';
import { randomOfEachTest } from '../testing/random-of-each-test.js';
import { seededRandom } from '../testing/seeded-random.js';
import { aliasSampler } from './alias-sampler.js';
import { chiSquareHomogeneityTest } from './chi-square-homogeneity-test.js';
import { chiSquareTest } from './chi-square-test.js';
import { countSequences, sequenceKey } from './count-sequences.js';
import { discreteKolmogorovSmirnovTest } from './discrete-kolmogorov-smirnov-test.js';
import { divergenceTerm } from './divergence.js';
import { drawBinomial } from './draw-binomial.js';
import { gHomogeneityTest } from './g-homogeneity-test.js';
import { gTest } from './g-test.js';
import { independenceTest } from './independence-test.js';
import { jointHomogeneityTest } from './joint-homogeneity-test.js';
import { jointLawTest, unlistedKey } from './joint-law-test.js';
import { kolmogorovSmirnovTest } from './kolmogorov-smirnov-test.js';
import { kolmogorovSmirnovTwoSampleTest } from './kolmogorov-smirnov-two-sample-test.js';
import { lagIndependenceTest } from './lag-independence-test.js';
import { monteCarloGoodnessOfFitTest } from './monte-carlo-goodness-of-fit-test.js';
import { monteCarloIndependenceTest } from './monte-carlo-independence-test.js';
import { monteCarloPValue } from './monte-carlo-p-value.js';
import { compareStatistics } from './multinomial-statistic.js';
import { multinomialTest } from './multinomial-test.js';
import { permutationLagIndependenceTest } from './permutation-lag-independence-test.js';
import { poolCells } from './pool-cells.js';
import { randomisedPValue } from './randomised-p-value.js';

// Everything here is computed a second time from its definition, without the shortcuts. Nothing is a statistical claim:
// the seed only chooses points.
const random = randomOfEachTest(20261128);
const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

type Divergence = 'chi-square' | 'g';
const divergences: readonly Divergence[] = ['chi-square', 'g'];

/** The divergence of observed from expected counts with the same sum. */
function divergenceOf(
  divergence: Divergence,
  observed: readonly number[],
  expected: readonly number[],
): number {
  return sumOf(
    observed.map((count, cell) => {
      const mean = expected[cell] as number;
      if (divergence === 'chi-square') return (count - mean) ** 2 / mean;
      return count === 0 ? 0 : 2 * count * Math.log(count / mean);
    }),
  );
}

/** The divergence of a table from the product of its totals; totals of 0 are left out. */
function tableDivergence(divergence: Divergence, table: readonly (readonly number[])[]): number {
  const count = sumOf(table.flat());
  const columns = (table[0] as readonly number[]).map((_, column) =>
    sumOf(table.map((row) => row[column] as number)),
  );
  const cells = table.flatMap((row) =>
    row.map((observed, column) => ({
      observed,
      expected: (sumOf(row) * (columns[column] as number)) / count,
    })),
  );
  const possible = cells.filter(({ expected }) => expected > 0);
  return divergenceOf(
    divergence,
    possible.map(({ observed }) => observed),
    possible.map(({ expected }) => expected),
  );
}

test('a cell adds nothing where it holds what it expects, and something wherever else', () => {
  for (const divergence of divergences) {
    for (const expected of [0.3, 5, 1e6]) {
      expect(divergenceTerm(divergence, expected, expected)).toBeCloseTo(0, 15);
      for (const observed of [0, 0.5 * expected, 0.999 * expected, 1.001 * expected, 7 * expected]) {
        const difference = observed - expected;
        const term =
          divergence === 'chi-square'
            ? difference ** 2 / expected
            : 2 * ((observed === 0 ? 0 : observed * Math.log(observed / expected)) - difference);
        expect(divergenceTerm(divergence, observed, expected)).toBeGreaterThan(0);
        expect(divergenceTerm(divergence, observed, expected) / term).toBeCloseTo(1, 6);
      }
    }
  }
});

describe('tests of counts against a law', () => {
  const law = [0.5, 0.3, 0.15, 0.04, 0.01];
  const counts = [40, 37, 14, 6, 3];

  test.each([
    ['chi-square', chiSquareTest],
    ['g', gTest],
  ] as const)('%s: statistic and p-value of the pooled cells', (divergence, run) => {
    // At least 5 expected: the last two join.
    const observed = [40, 37, 14, 9];
    const expected = [50, 30, 15, 5];
    const result = run(counts, law);
    const statistic = divergenceOf(divergence, observed, expected);
    expect(result.statistic).toBeCloseTo(statistic, 10);
    expect(result.pValue).toBeCloseTo(chiSquareSurvival(statistic, 3), 12);
    expect(result.cells.map(({ members }) => members)).toEqual([[0], [1], [2], [3, 4]]);
    expect(result.cells.map((cell) => cell.observed)).toEqual(observed);
    for (const [index, cell] of result.cells.entries())
      expect(cell.expected).toBeCloseTo(expected[index] as number, 12);
    expect(result).toMatchObject({ count: 100, degreesOfFreedom: 3, impossible: [] });
    expect(result.pooledProbability).toBeCloseTo(0.05, 12);
    expect(run(counts, law, { minimumExpected: 0 }).statistic).toBeCloseTo(
      divergenceOf(
        divergence,
        counts,
        law.map((chance) => 100 * chance),
      ),
      10,
    );
  });

  test.each(['probability', 'chi-square', 'g'] as const)(
    'multinomial, %s: p-value over all tables',
    (statistic) => {
      const target = [0.6, 0.3, 0.1];
      const extremeness = (table: readonly number[]): number =>
        statistic === 'probability'
          ? -2 * Math.log(countsProbability(table, target))
          : divergenceOf(
              statistic,
              table,
              target.map((chance) => 9 * chance),
            );
      const tables = [...enumerateCounts(9, 3)];
      for (const seen of [
        [6, 2, 1],
        [3, 3, 3],
        [0, 9, 0],
      ]) {
        const own = extremeness(seen);
        let [larger, equal] = [0, 0];
        for (const table of tables) {
          const other = extremeness(table);
          if (other > own + 1e-9) larger += countsProbability(table, target);
          else if (other > own - 1e-9) equal += countsProbability(table, target);
        }
        const result = multinomialTest(seen, target, { statistic });
        expect(result.statistic).toBeCloseTo(own, 10);
        expect(result.larger).toBeCloseTo(larger, 12);
        expect(result.atLeast).toBeCloseTo(larger + equal, 12);
        expect(result.pValue).toBe(result.atLeast);
        expect(result).toMatchObject({ tables: 55, count: 9 });
        const drawn = monteCarloGoodnessOfFitTest(seen, target, {
          statistic,
          random,
          draws: 4,
          minimumExpected: 0,
        });
        expect(drawn.statistic).toBeCloseTo(own, 10);
        expect(drawn).toMatchObject({ draws: 4, count: 9 });
      }
    },
  );

  test('as many tables as the limit are enumerated, and one more are not', () => {
    const seen = [6, 2, 1];
    const target = [0.6, 0.3, 0.1];
    expect(multinomialTest(seen, target, { tableLimit: 55 }).tables).toBe(55);
    expectRefusal(() => multinomialTest(seen, target, { tableLimit: 54 }), 'too-large', 'counts', {
      value: 9,
      message:
        /^9 draws in 3 cells make 55\.0 tables, more than tableLimit, 54; pool more cells, raise the limit, or use monteCarloGoodnessOfFitTest/,
    });
  });

  test('defaults are chi-square, and probability where all tables are enumerated', () => {
    const options = { draws: 50, minimumExpected: 1 };
    expect(monteCarloGoodnessOfFitTest(counts, law, { ...options, random: seededRandom(3) })).toEqual(
      monteCarloGoodnessOfFitTest(counts, law, {
        ...options,
        statistic: 'chi-square',
        random: seededRandom(3),
      }),
    );
    expect(multinomialTest([6, 2], [0.5, 0.5])).toEqual(
      multinomialTest([6, 2], [0.5, 0.5], { statistic: 'probability' }),
    );
    expect(monteCarloGoodnessOfFitTest([6, 2], [0.5, 0.5], { random }).draws).toBe(9_999);
  });

  test('an impossible outcome leaves nothing to enumerate or simulate', () => {
    const nothing = { statistic: Infinity, pValue: 0, larger: 0, tables: 0, atLeast: 0 };
    expect(multinomialTest([1, 1], [1, 0])).toMatchObject(nothing);
    expect(monteCarloGoodnessOfFitTest([1, 1], [1, 0], { random })).toMatchObject({
      statistic: Infinity,
      pValue: 0,
      draws: 0,
      larger: 0,
      equal: 0,
    });
  });
});

describe('Monte Carlo', () => {
  test('counts what is larger and what is equal, and places the p-value between', () => {
    const simulated = [1, 5, 3, 3, 3.0000000000001, 7, 2];
    let next = 0;
    const result = monteCarloPValue(
      3,
      7,
      () => 0.25,
      () => simulated[next++] as number,
    );
    expect(result).toEqual({ larger: 2, equal: 3, draws: 7, pValue: (2 + 0.25 * 4) / 8 });
    expect(next).toBe(7);
  });

  test('statistics are equal up to a share of 1e-11 of the threshold, or of 1', () => {
    for (const threshold of [0, 0.5, 1, 1e6]) {
      const tolerance = 1e-11 * Math.max(1, threshold);
      expect(compareStatistics(threshold, threshold)).toBe(0);
      expect(compareStatistics(threshold + 0.9 * tolerance, threshold)).toBe(0);
      expect(compareStatistics(threshold - 0.9 * tolerance, threshold)).toBe(0);
      expect(compareStatistics(threshold + 1.1 * tolerance, threshold)).toBe(1);
      expect(compareStatistics(threshold - 1.1 * tolerance, threshold)).toBe(-1);
    }
  });

  test('a p-value is the larger and a share of the equal, 1 at most', () => {
    expect(randomisedPValue(0.25, 0.5, undefined)).toBe(0.75);
    expect(randomisedPValue(0.25, 0.5, () => 0.5)).toBe(0.5);
    expect(randomisedPValue(0.75, 0.5, undefined)).toBe(1);
  });

  test('a binomial count is one piece of the unit interval around the mode', () => {
    // Mode 2; then 3, 1, 4, 0 in turn. Chances of 4 trials at .5: 1, 4, 6, 4, 1 sixteenths.
    const pieces = [
      [0, 2],
      [6 / 16 - 1e-9, 2],
      [6 / 16 + 1e-9, 3],
      [10 / 16 - 1e-9, 3],
      [10 / 16 + 1e-9, 1],
      [14 / 16 + 1e-9, 4],
      [15 / 16 + 1e-9, 0],
      [1 - 1e-9, 0],
    ] as const;
    for (const [uniform, count] of pieces) expect(drawBinomial(4, 0.5, uniform)).toBe(count);
  });

  test('an alias table of equal weights needs no alias', () => {
    const sample = aliasSampler([2, 2, 2, 2]);
    for (let step = 0; step < 40; step++) expect(sample(() => (step + 0.5) / 40)).toBe(Math.floor(step / 10));
  });
});

describe('Kolmogorov and Smirnov', () => {
  test('one sample: the largest distance on either side of a step, and where it is', () => {
    for (let run = 0; run < 30; run++) {
      const values = Array.from({ length: 1 + (run % 7) }, () => random() ** 2);
      const sorted = values.toSorted((left, right) => left - right);
      const distances = sorted.map((value, index) =>
        Math.max((index + 1) / values.length - value, value - index / values.length),
      );
      const statistic = Math.max(...distances);
      const result = kolmogorovSmirnovTest(values);
      expect(result.statistic).toBe(statistic);
      expect(result.at).toBe(sorted[distances.indexOf(statistic)]);
      expect(result.pValue).toBe(kolmogorovSmirnovSurvival(statistic, values.length));
      expect(result.count).toBe(values.length);
    }
    // Beyond its ends the uniform law is 0 and 1.
    expect(kolmogorovSmirnovTest([-3, 0.5]).statistic).toBe(0.5);
    expect(kolmogorovSmirnovTest([0.5, 9]).statistic).toBe(0.5);
  });

  test('discrete draws: as the continuous test of their transforms', () => {
    const law = [0.2, 0, 0.5, 0.3];
    const counts = [3, 0, 2, 4];
    const source = seededRandom(8);
    const transforms = [0, 0, 0, 2, 2, 3, 3, 3, 3].map(
      (cell) => sumOf(law.slice(0, cell)) + (law[cell] as number) * source(),
    );
    const { statistic, pValue, at } = kolmogorovSmirnovTest(transforms);
    const result = discreteKolmogorovSmirnovTest(counts, law, { random: seededRandom(8) });
    expect(result).toMatchObject({ pValue, count: 9, impossible: [] });
    expect(result.statistic).toBeCloseTo(statistic, 14);
    expect(result.cell).toBe(at < 0.2 ? 0 : at < 0.7 ? 2 : 3);
    // The possible draw at 1/2 is that far from its law, the impossible ones at 1 are 2/3.
    expect(discreteKolmogorovSmirnovTest([1, 2], [1, 0], { random: () => 0.5 })).toMatchObject({
      statistic: expect.closeTo(2 / 3, 14),
      pValue: 0,
      cell: 1,
      impossible: [{ cell: 1, observed: 2 }],
    });
  });

  test('two samples: the largest distance of their steps, and the limit law for large ones', () => {
    for (const [first, second] of [
      [
        [1, 2, 3],
        [2.5, 4],
      ],
      [
        [1, 1, 2],
        [1, 3, 3, 3],
      ],
      [[5], [5]],
    ] as const) {
      const places = [...first, ...second];
      const share = (values: readonly number[], place: number): number =>
        values.filter((value) => value <= place).length / values.length;
      const statistic = Math.max(
        ...places.map((place) => Math.abs(share(first, place) - share(second, place))),
      );
      const result = kolmogorovSmirnovTwoSampleTest(first, second);
      expect(result.statistic).toBeCloseTo(statistic, 14);
      expect(result).toMatchObject({
        method: 'exact',
        firstCount: first.length,
        secondCount: second.length,
      });
    }
    const large = Array.from({ length: 15_000 }, (_, index) => index);
    const shifted = large.slice(0, 14_000).map((value) => value + 150.5);
    const { statistic, pValue, method } = kolmogorovSmirnovTwoSampleTest(large, shifted);
    expect(method).toBe('asymptotic');
    expect(pValue).toBeCloseTo(
      kolmogorovLimitSurvival(statistic * Math.sqrt((15_000 * 14_000) / 29_000)),
      12,
    );
  });
});

describe('tables', () => {
  const table = [
    [12, 5, 9],
    [8, 15, 6],
    [7, 9, 14],
  ];

  test.each(divergences)('%s: statistic, p-value and groups', (statistic) => {
    const value = tableDivergence(statistic, table);
    const result = independenceTest(table, { statistic });
    expect(result.statistic).toBeCloseTo(value, 10);
    expect(result.pValue).toBeCloseTo(chiSquareSurvival(value, 4), 12);
    expect(result).toMatchObject({ degreesOfFreedom: 4, count: 85 });
    const drawn = monteCarloIndependenceTest(table, { statistic, random, draws: 3 });
    expect(drawn.statistic).toBeCloseTo(value, 10);
    expect(drawn).toMatchObject({ draws: 3, count: 85 });
    expect(new Set(drawn.rows.flat())).toEqual(new Set([0, 1, 2]));
    expect(new Set(drawn.columns.flat())).toEqual(new Set([0, 1, 2]));
  });

  test.each([
    ['chi-square', chiSquareHomogeneityTest],
    ['g', gHomogeneityTest],
  ] as const)('%s homogeneity: of two samples as of two rows', (divergence, run) => {
    const [first, second] = [
      [30, 20, 10],
      [20, 25, 35],
    ];
    const value = tableDivergence(divergence, [first as number[], second as number[]]);
    const result = run(first as number[], second as number[]);
    expect(result.statistic).toBeCloseTo(value, 10);
    expect(result.pValue).toBeCloseTo(chiSquareSurvival(value, 2), 12);
    expect(result).toMatchObject({ degreesOfFreedom: 2, count: 140 });
    const byKey = (counts: readonly number[]): Map<string, number> =>
      new Map(counts.map((count, index) => [String(index), count]));
    const joint = jointHomogeneityTest(byKey(first as number[]), byKey(second as number[]), {
      statistic: divergence,
    });
    expect(joint.statistic).toBeCloseTo(value, 10);
    expect(joint.cells).toEqual(result.columns.map((members) => members.map(String)));
  });

  test('columns are pooled until the smallest row expects enough, rows by the square root of that', () => {
    // The smaller sample, 20 of 100, expects 5 where both hold 25 together.
    const first = [40, 20, 10, 10];
    const second = [10, 5, 3, 2];
    expect(chiSquareHomogeneityTest(first, second).columns).toEqual([[0], [1], [2, 3]]);
    expect(chiSquareHomogeneityTest(first, second, { minimumExpected: 5.1 }).columns).toEqual([
      [0],
      [1, 2, 3],
    ]);
    const pooled = independenceTest(
      [
        [30, 10, 2],
        [20, 12, 1],
        [3, 1, 1],
      ],
      { minimumExpected: 5 },
    );
    // Totals of at least sqrt(5 x 80) = 20: rows 42, 33 and 5, columns 53, 23 and 4.
    expect(pooled.rows).toEqual([[0], [1, 2]]);
    expect(pooled.columns).toEqual([[0], [1, 2]]);
  });

  test('defaults are chi-square', () => {
    const maps = [
      new Map([['a', 9]]),
      new Map([
        ['a', 3],
        ['b', 4],
      ]),
    ] as const;
    const law = new Map([
      ['a', 0.5],
      ['b', 0.5],
    ]);
    const chiSquare = { statistic: 'chi-square' } as const;
    const options = { draws: 20, minimumExpected: 0 } as const;
    const series = [1, 2, 2, 1, 1, 1, 2, 1, 2, 2, 2, 1];
    expect(independenceTest(table)).toEqual(independenceTest(table, chiSquare));
    expect(jointHomogeneityTest(...maps)).toEqual(jointHomogeneityTest(...maps, chiSquare));
    expect(jointLawTest(maps[1], law)).toEqual(
      jointLawTest(maps[1], law, { ...chiSquare, unlisted: 'impossible' }),
    );
    expect(lagIndependenceTest(series, options)).toEqual(
      lagIndependenceTest(series, { ...options, ...chiSquare }),
    );
    for (const [byDefault, stated] of [
      [
        monteCarloIndependenceTest(table, { ...options, random: seededRandom(1) }),
        monteCarloIndependenceTest(table, { ...options, ...chiSquare, random: seededRandom(1) }),
      ],
      [
        permutationLagIndependenceTest(series, { ...options, random: seededRandom(1) }),
        permutationLagIndependenceTest(series, { ...options, ...chiSquare, lag: 1, random: seededRandom(1) }),
      ],
    ] as const) {
      expect(byDefault).toEqual(stated);
    }
  });
});

describe('series', () => {
  const series = ['a', 'b', 'a', 'c', 'a', 'a', 'b', 'c', 'b', 'a', 'b', 'b', 'a', 'c', 'a'];

  test.each(divergences)('%s: the table of all pairs a lag apart', (statistic) => {
    for (const lag of [1, 2, 5]) {
      const names = ['a', 'b', 'c'];
      const pairs = names.map((first) =>
        names.map(
          (second) => series.filter((name, step) => name === first && series[step + lag] === second).length,
        ),
      );
      const value = tableDivergence(statistic, pairs);
      const result = lagIndependenceTest(series, { statistic, lag, minimumExpected: 0 });
      expect(result.statistic).toBeCloseTo(value, 10);
      expect(result.pValue).toBeCloseTo(chiSquareSurvival(value, 4), 12);
      expect(result).toMatchObject({
        degreesOfFreedom: 4,
        count: series.length - lag,
        cells: [['a'], ['b'], ['c']],
      });
      const shuffled = permutationLagIndependenceTest(series, {
        statistic,
        lag,
        minimumExpected: 0,
        random,
        draws: 5,
      });
      expect(shuffled.statistic).toBeCloseTo(value, 10);
      expect(shuffled).toMatchObject({ draws: 5, count: series.length - lag, cells: [['a'], ['b'], ['c']] });
    }
  });

  test('an outcome at one end only has no pair on that side', () => {
    // 'z' is only first: it is nobody's successor.
    const result = lagIndependenceTest(['z', 'a', 'b', 'a', 'b', 'b', 'a'], { minimumExpected: 0 });
    expect(Number.isFinite(result.statistic)).toBe(true);
    const names = ['a', 'b', 'z'];
    const list = ['z', 'a', 'b', 'a', 'b', 'b', 'a'];
    const pairs = names.map((first) =>
      names.map((second) => list.filter((name, step) => name === first && list[step + 1] === second).length),
    );
    expect(result.statistic).toBeCloseTo(tableDivergence('chi-square', pairs), 10);
  });

  test('outcomes are pooled until a cell holds the square root of minimum x length', () => {
    // sqrt(5 x 15) = 8.7: 7 of a, 5 of b, 3 of c.
    expect(lagIndependenceTest(series).cells).toEqual([['a', 'b', 'c']]);
    expect(permutationLagIndependenceTest(series, { random, draws: 1 }).cells).toEqual([['a', 'b', 'c']]);
    // sqrt(3 x 15) = 6.7.
    expect(lagIndependenceTest(series, { minimumExpected: 3 }).cells).toEqual([['a'], ['b', 'c']]);
  });
});

test('sequences are named by their ids', () => {
  expect(sequenceKey([1, 22, 3])).toBe('1,22,3');
  expect(sequenceKey(Int32Array.of(7))).toBe('7');
});

test('a joint law is the law of its keys', () => {
  const law = zipfLaw(4);
  const counts = [...drawCounts(law, 300, random)];
  const keys = ['x', 'y', 'z', 'w'];
  for (const [statistic, run] of [
    ['chi-square', chiSquareTest],
    ['g', gTest],
  ] as const) {
    const joint = jointLawTest(
      new Map(keys.map((key, index) => [key, counts[index] as number])),
      new Map(keys.map((key, index) => [key, law[index] as number])),
      { statistic },
    );
    const listed = run(counts, law);
    expect(joint).toMatchObject({
      statistic: listed.statistic,
      pValue: listed.pValue,
      degreesOfFreedom: 3,
      count: 300,
      pooledProbability: listed.pooledProbability,
    });
    expect(joint.cells.map(({ members }) => members)).toEqual(
      listed.cells.map(({ members }) => members.map((index) => keys[index])),
    );
  }
  expect(unlistedKey).toBe('unlisted');
  // A key of no observations is not impossible, whether the law lists it or not.
  expect(
    jointLawTest(
      new Map([
        ['a', 9],
        ['b', 0],
      ]),
      new Map([['a', 1]]),
    ).impossible,
  ).toEqual([]);
});

describe('bad input is refused by name', () => {
  const half = [0.5, 0.5];
  const bad = { statistic: 'x' as Divergence };
  const one = new Map([['a', 1]]);
  const oneOf = /^statistic is x; it must be one of chi-square, g\.$/;
  const oneOfThree = /^statistic is x; it must be one of probability, chi-square, g\.$/;
  test.each([
    ['statistic', 'out-of-range', {}, oneOf, () => independenceTest([[1]], bad)],
    ['statistic', 'out-of-range', {}, oneOf, () => jointHomogeneityTest(one, one, bad)],
    ['statistic', 'out-of-range', {}, oneOf, () => jointLawTest(one, one, bad)],
    ['statistic', 'out-of-range', {}, oneOf, () => lagIndependenceTest([1, 2], bad)],
    ['statistic', 'out-of-range', {}, oneOf, () => monteCarloIndependenceTest([[1]], { random, ...bad })],
    [
      'statistic',
      'out-of-range',
      {},
      oneOf,
      () => permutationLagIndependenceTest([1, 2], { random, ...bad }),
    ],
    ['statistic', 'out-of-range', {}, oneOfThree, () => multinomialTest([1, 1], half, bad)],
    [
      'statistic',
      'out-of-range',
      {},
      oneOfThree,
      () => monteCarloGoodnessOfFitTest([1, 1], half, { random, ...bad }),
    ],
    [
      'unlisted',
      'out-of-range',
      {},
      /one of impossible, cell/,
      () => jointLawTest(one, one, { unlisted: 'x' as 'cell' }),
    ],
    [
      'draws',
      'out-of-range',
      { value: 0 },
      /draws/,
      () => monteCarloIndependenceTest([[1]], { random, draws: 0 }),
    ],
    [
      'draws',
      'out-of-range',
      { value: 0 },
      /draws/,
      () => permutationLagIndependenceTest([1, 2], { random, draws: 0 }),
    ],
    [
      'draws',
      'out-of-range',
      { value: 0 },
      /draws/,
      () => monteCarloGoodnessOfFitTest([1, 1], half, { random, draws: 0 }),
    ],
    [
      'tableLimit',
      'out-of-range',
      { value: 0 },
      /tableLimit/,
      () => multinomialTest([1, 1], half, { tableLimit: 0 }),
    ],
    ['lag', 'out-of-range', { value: 0 }, /lag/, () => lagIndependenceTest([1, 2], { lag: 0 })],
    [
      'outcomes',
      'empty',
      { value: 2 },
      /^outcomes has 2 entries; a lag of 2 needs at least 3/,
      () => lagIndependenceTest([1, 2], { lag: 2 }),
    ],
    [
      'outcomes',
      'out-of-range',
      { value: Infinity, index: 1 },
      /^outcomes\[1\] is Infinity; give a finite number or a name/,
      () => lagIndependenceTest([1, Infinity]),
    ],
    ['minimumExpected', 'out-of-range', { value: -1 }, /minimumExpected/, () => poolCells([1], -1)],
    [
      'expected',
      'empty',
      {},
      /expected has no cell above 0; give at least one that can occur/,
      () => poolCells([0], 1),
    ],
    [
      'expected',
      'out-of-range',
      { value: Infinity, index: 1 },
      /^expected\[1\] is Infinity; it must be a finite number of at least 0/,
      () => poolCells([1, Infinity], 1),
    ],
    [
      'table',
      'empty',
      {},
      /^table has no cells; give at least one row and one column/,
      () => independenceTest([[]]),
    ],
    [
      'table',
      'mismatch',
      { value: 1, index: 1 },
      /^table\[1\] has 1 columns and table\[0\] 2; all rows must have as many/,
      () => independenceTest([[1, 2], [3]]),
    ],
    ['table', 'invalid-count', { value: -1 }, /table/, () => independenceTest([[1, -1]])],
    [
      'sequences',
      'empty',
      {},
      /^sequences has no tokens; give at least one sequence of at least one token/,
      () => countSequences([]),
    ],
    [
      'sequences',
      'mismatch',
      { value: 2, index: 1 },
      /^sequences\[1\] has 2 tokens and sequences\[0\] 1; all must have as many/,
      () => countSequences([[1], [1, 2]]),
    ],
    [
      'sequences',
      'out-of-range',
      { value: -1, index: 1 },
      /^sequences\[1\]\[0\] is -1; it must be a token id, an integer of at least 0/,
      () => countSequences([[1], [-1]]),
    ],
    [
      'sequences',
      'out-of-range',
      { value: 1.5, index: 0 },
      /^sequences\[0\]\[1\]/,
      () => countSequences([[1, 1.5]]),
    ],
    [
      'values',
      'empty',
      {},
      /^values is empty; give at least one observation/,
      () => kolmogorovSmirnovTest([]),
    ],
    ['values[1]', 'out-of-range', {}, /a number/, () => kolmogorovSmirnovTest([1, Number.NaN])],
    [
      'cdf',
      'invalid-probability',
      { value: 0.5, index: 1 },
      /^cdf\(2\) is 0\.5 after 0\.75 at the value before; it must rise from 0 to 1/,
      () => kolmogorovSmirnovTest([2, 1], (x) => 1 - x / 4),
    ],
    [
      'cdf',
      'invalid-probability',
      { value: -0.1, index: 0 },
      /^cdf\(1\) is -0\.1 after 0/,
      () => kolmogorovSmirnovTest([1], () => -0.1),
    ],
    [
      'cdf',
      'invalid-probability',
      { value: 1.1, index: 0 },
      /^cdf\(1\) is 1\.1 after 0/,
      () => kolmogorovSmirnovTest([1], () => 1.1),
    ],
    [
      'first',
      'empty',
      {},
      /^first is empty; give at least one observation/,
      () => kolmogorovSmirnovTwoSampleTest([], [1]),
    ],
    ['second[0]', 'out-of-range', {}, /a number/, () => kolmogorovSmirnovTwoSampleTest([1], [Number.NaN])],
    ['first', 'mismatch', { value: 2 }, /second 1/, () => gHomogeneityTest([1, 2], [1])],
    ['first', 'mismatch', { value: 2 }, /second 1/, () => chiSquareHomogeneityTest([1, 2], [1])],
    ['first', 'empty', {}, /first/, () => gHomogeneityTest([0, 0], [1, 1])],
    ['second', 'empty', {}, /second/, () => gHomogeneityTest([1, 1], [0, 0])],
    ['first', 'empty', {}, /first/, () => chiSquareHomogeneityTest([0, 0], [1, 1])],
    ['second', 'empty', {}, /second/, () => chiSquareHomogeneityTest([1, 1], [0, 0])],
    ['first', 'empty', {}, /first/, () => jointHomogeneityTest(new Map(), one)],
    ['second', 'empty', {}, /second/, () => jointHomogeneityTest(one, new Map())],
    ['counts', 'empty', {}, /counts/, () => jointLawTest(new Map(), one)],
    ['law', 'empty', {}, /law/, () => jointLawTest(one, new Map())],
    [
      'counts',
      'mismatch',
      { value: 1 },
      /probabilities 2/,
      () => discreteKolmogorovSmirnovTest([1], half, { random }),
    ],
    [
      'probabilities',
      'not-normalised',
      {},
      /probabilities/,
      () => discreteKolmogorovSmirnovTest([1, 1], [0.5, 0.4], { random }),
    ],
    ['counts', 'empty', {}, /counts/, () => discreteKolmogorovSmirnovTest([0, 0], half, { random })],
  ] as const)('%s, %s', (argument, reason, fields, message, call) => {
    expectRefusal(call, reason, argument, { ...fields, message });
  });
});
