import { describe, expect, test } from 'vitest';
import { normalCdf } from '../distributions/normal-cdf.js';
import { normalQuantile } from '../distributions/normal-quantile.js';
import { expectRefusal } from '../testing/expect-refusal.js';
import { randomOfEachTest } from '../testing/random-of-each-test.js';
import type { RandomSource } from '../random/random-source.js';
import { seededRandom } from '../testing/seeded-random.js';
import { bootstrapMean } from './bootstrap-mean.js';
import { bootstrapRatio } from './bootstrap-ratio.js';
import { formatRatio } from './format-ratio.js';
import { hodgesLehmannRatio } from './hodges-lehmann-ratio.js';
import { doubledMidRanks } from './mid-ranks.js';
import { logRatios } from './paired-times.js';
import { signTest } from './sign-test.js';
import { signedRankLaw } from './signed-rank-law.js';
import { walshAverage } from './walsh-average.js';
import { wilcoxonSignedRankTest } from './wilcoxon-signed-rank-test.js';

// Everything here is computed a second time from its definition, without the shortcuts. Nothing is a statistical claim:
// the seeds only choose points.
const seed = 20261128;
const random = randomOfEachTest(seed);
const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

/** All averages of two of the values, each with itself too, in ascending order. */
function walshAverages(values: readonly number[]): Float64Array {
  const averages: number[] = [];
  for (const [index, value] of values.entries()) {
    for (const other of values.slice(index)) averages.push((value + other) / 2);
  }
  return Float64Array.from(averages).toSorted();
}

/** P(W <= sum) under random signs, by counting the subsets of the ranks 1 to n. */
function signedRankCdf(pairs: number, sum: number): number {
  let hits = 0;
  for (let subset = 0; subset < 2 ** pairs; subset++) {
    let ranks = 0;
    for (let rank = 1; rank <= pairs; rank++) if ((subset >> (rank - 1)) & 1) ranks += rank;
    if (ranks <= sum) hits++;
  }
  return hits / 2 ** pairs;
}

describe('Hodges and Lehmann', () => {
  test.each([1, 2, 5, 6, 9])('%d pairs: median and bounds of the averages, the law by counting', (pairs) => {
    const logs = Array.from({ length: pairs }, () => random() - 0.3);
    const candidate = logs.map(() => 0.5 + random());
    const times = {
      baseline: logs.map((value, pair) => Math.exp(value) * (candidate[pair] as number)),
      candidate,
    };
    const averages = walshAverages(logs);
    const count = averages.length;
    const median =
      ((averages[Math.ceil(count / 2) - 1] as number) + (averages[Math.floor(count / 2)] as number)) / 2;
    for (const confidence of [0.2, 0.6, 0.9, 0.95, 0.999]) {
      let below = -1;
      while (signedRankCdf(pairs, below + 1) <= (1 - confidence) / 2) below++;
      const ratio = hodgesLehmannRatio(times, { confidence });
      expect(ratio.confidence).toBe(confidence);
      expect(Math.log(ratio.estimate)).toBeCloseTo(median, 12);
      if (below < 0) {
        expect(ratio).toMatchObject({ lower: 0, upper: Infinity });
      } else {
        expect(Math.log(ratio.lower)).toBeCloseTo(averages[below] as number, 12);
        expect(Math.log(ratio.upper)).toBeCloseTo(averages[count - 1 - below] as number, 12);
      }
    }
  });

  test('1001 pairs: the largest rank sum below the normal quantile, with half a rank', () => {
    const logs = Array.from({ length: 1001 }, () => random() ** 2);
    const averages = walshAverages(logs);
    const mean = (1001 * 1002) / 4;
    const deviation = Math.sqrt((1001 * 1002 * 2003) / 24);
    for (const confidence of [0.5, 0.95]) {
      let below = Math.floor(mean);
      while (normalCdf((below + 0.5 - mean) / deviation) > (1 - confidence) / 2) below--;
      const ratio = hodgesLehmannRatio(
        { baseline: logs.map((value) => Math.exp(value)), candidate: logs.map(() => 1) },
        { confidence },
      );
      expect(Math.log(ratio.lower)).toBeCloseTo(averages[below] as number, 12);
      expect(Math.log(ratio.upper)).toBeCloseTo(averages[averages.length - 1 - below] as number, 12);
    }
  });
});

test('every average of two values is found to the bit, by its rank', () => {
  for (const values of [[3], [1, 1, 1], [-2, 0.1, 0.1, 7], Array.from({ length: 9 }, () => random() - 0.5)]) {
    const sorted = Float64Array.from(values).toSorted();
    for (const [index, average] of walshAverages(values).entries())
      expect(walshAverage(sorted, index + 1)).toBe(average);
  }
});

describe('bootstrap', () => {
  /** Efron & Tibshirani 1993, equations 14.10, 14.14, 14.15, from the resamples that this seed gives. */
  function expected(
    numerators: readonly number[],
    denominators: readonly number[],
    options: { readonly confidence: number; readonly resamples: number; readonly method: string },
    draws: RandomSource = seededRandom(seed),
  ): { readonly estimate: number; readonly lower: number; readonly upper: number } {
    const units = numerators.length;
    const ratioOf = (chosen: readonly number[]): number =>
      sumOf(chosen.map((unit) => numerators[unit] as number)) /
      sumOf(chosen.map((unit) => denominators[unit] as number));
    const all = numerators.map((_, unit) => unit);
    const estimate = ratioOf(all);
    const ratios = Float64Array.from({ length: options.resamples }, () =>
      ratioOf(all.map(() => Math.floor(draws() * units))),
    ).toSorted();
    const below = ratios.filter((ratio) => ratio < estimate).length;
    const tied = ratios.filter((ratio) => ratio === estimate).length;
    const share = Math.min(ratios.length - 0.5, Math.max(0.5, below + tied / 2)) / ratios.length;
    const bias = normalQuantile(share);
    const leftOut = all.map((unit) => ratioOf(all.filter((other) => other !== unit)));
    const mean = sumOf(leftOut) / units;
    const skewness = sumOf(leftOut.map((value) => (mean - value) ** 3));
    const spread = sumOf(leftOut.map((value) => (mean - value) ** 2));
    const acceleration = spread === 0 ? 0 : skewness / (6 * spread ** 1.5);
    const bound = (level: number): number => {
      let place = level;
      if (options.method === 'bca') {
        const shifted = bias + normalQuantile(level);
        const stretch = 1 - acceleration * shifted;
        if (stretch > 0) place = normalCdf(bias + shifted / stretch);
        else place = shifted > 0 ? 1 : 0;
      }
      const position = place * (ratios.length - 1);
      const low = ratios[Math.floor(position)] as number;
      const high = ratios[Math.ceil(position)] as number;
      return low + (position - Math.floor(position)) * (high - low);
    };
    const tail = (1 - options.confidence) / 2;
    return { estimate, lower: bound(tail), upper: bound(1 - tail) };
  }

  const even = Array.from({ length: 40 }, () => 1);
  test.each([
    ['even times', [3, 4, 5, 6, 7], [2, 2, 3, 3, 3], 0.9],
    ['skewed times', [1, 1, 2, 1, 30, 1, 3], [1, 2, 1, 1, 2, 1, 1], 0.95],
    ['one slow baseline, past the pole', [...even, 100], [...even, 1], 1 - 1e-12],
    ['one quick baseline, past the pole', [...even.map(() => 100), 1], [...even, 1], 1 - 1e-12],
    ['a constant ratio', [2, 4, 8], [1, 2, 4], 0.8],
  ] as const)('%s', (_, baseline, candidate, confidence) => {
    for (const method of ['bca', 'percentile'] as const) {
      const options = { confidence, resamples: 150, method };
      const ratio = bootstrapRatio({ baseline, candidate }, { ...options, random: seededRandom(seed) });
      const { estimate, lower, upper } = expected(baseline, candidate, options);
      expect(ratio.confidence).toBe(confidence);
      expect(ratio.estimate).toBeCloseTo(estimate, 12);
      expect(ratio.lower).toBeCloseTo(lower, 10);
      expect(ratio.upper).toBeCloseTo(upper, 10);
    }
    const mean = bootstrapMean(
      { sums: baseline, counts: candidate },
      { confidence, resamples: 150, random: seededRandom(seed) },
    );
    const bca = bootstrapRatio(
      { baseline, candidate },
      { confidence, resamples: 150, random: seededRandom(seed), method: 'bca' },
    );
    expect(mean).toEqual(bca);
  });

  test.each([
    ['below', 0],
    ['above', 1],
  ] as const)('resamples that all lie %s the estimate count as all but half of one', (_, unit) => {
    const [baseline, candidate] = [
      [1, 9],
      [1, 1],
    ] as const;
    const options = { confidence: 0.9, resamples: 100, method: 'bca' } as const;
    const always: RandomSource = () => unit / 2;
    const { lower, upper } = bootstrapRatio({ baseline, candidate }, { ...options, random: always });
    const defined = expected(baseline, candidate, options, always);
    expect([lower, upper]).toEqual([defined.lower, defined.upper]);
    expect([lower, upper]).toEqual([baseline[unit], baseline[unit]]);
  });

  test('the default is bca', () => {
    const times = { baseline: [1, 1, 2, 1, 30], candidate: [1, 2, 1, 1, 2] };
    expect(bootstrapRatio(times, { random: seededRandom(seed) })).toEqual(
      bootstrapRatio(times, {
        random: seededRandom(seed),
        method: 'bca',
        confidence: 0.95,
        resamples: 10_000,
      }),
    );
  });
});

describe('signed ranks', () => {
  test('mid-ranks by counting: 1 + values below + half of the other equal ones', () => {
    for (const values of [[], [5], [3, 1, 3, 2], [2, 2, 2], [4, 1, 4, 0, 1, 4]]) {
      expect([...doubledMidRanks(values)]).toEqual(
        values.map(
          (value) =>
            2 +
            2 * values.filter((other) => other < value).length +
            values.filter((other) => other === value).length -
            1,
        ),
      );
    }
  });

  test('the law of a sum of scores by counting subsets', () => {
    for (const scores of [[], [3], [2, 2, 5], [1, 4, 4, 7]]) {
      const law = new Float64Array(sumOf(scores) + 1);
      for (let subset = 0; subset < 2 ** scores.length; subset++) {
        const sum = sumOf(scores.filter((_, index) => (subset >> index) & 1));
        law[sum] = (law[sum] as number) + 1 / 2 ** scores.length;
      }
      expect([...signedRankLaw(scores)]).toEqual([...law]);
    }
  });

  test('p-values by counting signs, with ties', () => {
    for (const differences of [
      [1, -1],
      [0.5, -2, 3],
      [1, 1, -1, 2, 0],
      [-3, -3, -1, 4, 4, 0.5],
    ]) {
      const nonzero = differences.filter((difference) => difference !== 0);
      const ranks = doubledMidRanks(nonzero.map((difference) => Math.abs(difference)));
      const statistic = sumOf([...ranks].filter((_, index) => (nonzero[index] as number) > 0)) / 2;
      let [atMost, atLeast] = [0, 0];
      for (let subset = 0; subset < 2 ** nonzero.length; subset++) {
        const sum = sumOf([...ranks].filter((_, index) => (subset >> index) & 1)) / 2;
        if (sum <= statistic) atMost += 1 / 2 ** nonzero.length;
        if (sum >= statistic) atLeast += 1 / 2 ** nonzero.length;
      }
      const twoSided = Math.min(1, 2 * Math.min(atMost, atLeast));
      expect(wilcoxonSignedRankTest(differences)).toEqual({
        statistic,
        pValue: twoSided,
        count: nonzero.length,
        method: 'exact',
      });
      expect(wilcoxonSignedRankTest(differences, 'less').pValue).toBe(atMost);
      expect(wilcoxonSignedRankTest(differences, 'greater').pValue).toBe(atLeast);
    }
  });

  test('the sign test by hand: one of four', () => {
    expect(signTest([1, -1, -2, 0, -3])).toEqual({
      positive: 1,
      negative: 3,
      pValue: expect.closeTo(10 / 16, 14),
    });
    expect(signTest([1, -1, -2, -3], 'less').pValue).toBeCloseTo(5 / 16, 14);
    expect(signTest([1, -1, -2, -3], 'greater').pValue).toBeCloseTo(15 / 16, 14);
    expect(signTest([1, -1]).pValue).toBe(1);
    expect(signTest([1, 2]).pValue).toBeCloseTo(0.5, 14);
    expect(signTest([1, 2], 'less').pValue).toBe(1);
    expect(signTest([1, 2], 'greater').pValue).toBeCloseTo(0.25, 14);
  });
});

describe('a printed ratio', () => {
  test('never claims more than the computed one, nor much less', () => {
    for (let point = 0; point < 300; point++) {
      const lower = random() * 10 ** (4 * random() - 2);
      const upper = lower * (1 + random());
      const digits = Math.floor(random() * 5);
      const text = formatRatio({ estimate: lower, lower, upper }, digits);
      const [, printedEstimate, printedLower, printedUpper] = /^(.*)x \[(.*), (.*)\]$/.exec(
        text,
      ) as RegExpExecArray;
      expect(printedEstimate).toBe(lower.toFixed(digits));
      const step = 10 ** -digits;
      const slack = 1e-14 * upper;
      expect(Number(printedLower)).toBeLessThanOrEqual(lower + slack);
      expect(Number(printedLower)).toBeGreaterThan(lower - step - slack);
      expect(Number(printedUpper)).toBeGreaterThanOrEqual(upper - slack);
      expect(Number(printedUpper)).toBeLessThan(upper + step + slack);
      // Printed at this many digits, the bounds stay what they are.
      const again = { estimate: 0, lower: Number(printedLower), upper: Number(printedUpper) };
      expect(formatRatio(again, digits)).toContain(`[${printedLower}, ${printedUpper}]`);
    }
  });

  test('keeps a bound that is what it prints but for rounding, and an end that is open', () => {
    const upper = 1.1 * 100;
    expect(upper).toBeGreaterThan(110);
    expect(formatRatio({ estimate: 100, lower: 90, upper })).toBe('100.00x [90.00, 110.00]');
    expect(formatRatio({ estimate: 1, lower: 0, upper: Infinity })).toBe('1.00x [0.00, ∞]');
  });

  test('has two digits by default, and none where none are wanted', () => {
    expect(formatRatio({ estimate: 1.25, lower: 1, upper: 1.5 })).toBe('1.25x [1.00, 1.50]');
    expect(formatRatio({ estimate: 1.26, lower: 1.2, upper: 1.4 }, 0)).toBe('1x [1, 2]');
  });
});

describe('bad input is refused by name', () => {
  const times = { baseline: [1, 2], candidate: [1, 2] };
  const groups = { sums: [1, 2], counts: [1, 2] };
  const ratio = { estimate: 1, lower: 1, upper: 1 };
  test.each([
    [
      'candidate',
      'mismatch',
      { value: 1 },
      /2 baseline times and 1 candidate times; pair them/,
      () => logRatios({ baseline: [1, 2], candidate: [1] }),
    ],
    [
      'baseline',
      'empty',
      {},
      /no times to compare; give at least one pair/,
      () => logRatios({ baseline: [], candidate: [] }),
    ],
    [
      'candidate',
      'out-of-range',
      { value: 0, index: 1 },
      /^candidate\[1\] is 0; a time must be/,
      () => logRatios({ baseline: [1, 2], candidate: [1, 0] }),
    ],
    [
      'baseline',
      'out-of-range',
      { value: Infinity, index: 0 },
      /^baseline\[0\] is Infinity; a time must be a finite number above 0/,
      () => logRatios({ baseline: [Infinity, 2], candidate: [1, 2] }),
    ],
    [
      'confidence',
      'invalid-probability',
      { value: 1 },
      /confidence/,
      () => hodgesLehmannRatio(times, { confidence: 1 }),
    ],
    [
      'confidence',
      'invalid-probability',
      { value: 0 },
      /confidence/,
      () => bootstrapRatio(times, { random, confidence: 0 }),
    ],
    [
      'resamples',
      'out-of-range',
      { value: 99 },
      /resamples/,
      () => bootstrapRatio(times, { random, resamples: 99 }),
    ],
    [
      'baseline',
      'out-of-range',
      { value: 1 },
      /one pair of times; resampling needs at least two/,
      () => bootstrapRatio({ baseline: [1], candidate: [1] }, { random }),
    ],
    [
      'confidence',
      'invalid-probability',
      { value: 0 },
      /confidence/,
      () => bootstrapMean(groups, { random, confidence: 0 }),
    ],
    [
      'resamples',
      'out-of-range',
      { value: 99 },
      /resamples/,
      () => bootstrapMean(groups, { random, resamples: 99 }),
    ],
    [
      'counts',
      'mismatch',
      { value: 1 },
      /2 sums and 1 counts; give one of each/,
      () => bootstrapMean({ sums: [1, 2], counts: [1] }, { random }),
    ],
    [
      'sums',
      'out-of-range',
      { value: 1 },
      /at least two groups/,
      () => bootstrapMean({ sums: [1], counts: [1] }, { random }),
    ],
    [
      'sums[1]',
      'out-of-range',
      { value: Infinity },
      /finite/,
      () => bootstrapMean({ sums: [1, Infinity], counts: [1, 1] }, { random }),
    ],
    [
      'counts[1]',
      'out-of-range',
      { value: 0 },
      /above 0/,
      () => bootstrapMean({ sums: [1, 1], counts: [1, 0] }, { random }),
    ],
    ['differences', 'empty', {}, /differences is empty; give at least one/, () => signTest([])],
    [
      'differences[1]',
      'out-of-range',
      { value: Infinity },
      /finite/,
      () => wilcoxonSignedRankTest([1, Infinity]),
    ],
    ['digits', 'out-of-range', { value: -1 }, /digits/, () => formatRatio(ratio, -1)],
    ['estimate', 'out-of-range', { value: -1 }, /estimate/, () => formatRatio({ ...ratio, estimate: -1 })],
    ['lower', 'out-of-range', { value: -1 }, /lower/, () => formatRatio({ ...ratio, lower: -1 })],
    [
      'upper',
      'out-of-range',
      { value: Number.NaN },
      /upper/,
      () => formatRatio({ ...ratio, upper: Number.NaN }),
    ],
  ] as const)('%s, %s', (argument, reason, fields, message, call) => {
    expectRefusal(call, reason, argument, { ...fields, message });
  });
});
