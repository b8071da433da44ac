import { describe, expect, test } from 'vitest';
import values from '../../test-values/effect-size.json' with { type: 'json' };
import { StatisticsError } from '../errors/statistics-error.js';
import { fewestHits } from '../testing/false-alarm-budget.js';
import { randomOfEachTest } from '../testing/random-of-each-test.js';
import { seededRandom } from '../testing/seeded-random.js';
import { bootstrapRatio } from './bootstrap-ratio.js';
import { formatRatio } from './format-ratio.js';
import { hodgesLehmannRatio } from './hodges-lehmann-ratio.js';
import { walshAverage } from './walsh-average.js';

const random = randomOfEachTest(7);
const gaussian = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** Interleaved runs that share the machine's mood, with a true speedup. */
function runs(pairs: number, speedup: number, noise: number): { baseline: number[]; candidate: number[] } {
  const baseline: number[] = [];
  const candidate: number[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    const mood = Math.exp(0.5 * gaussian());
    baseline.push(10 * mood * Math.exp(noise * gaussian()));
    candidate.push(((10 * mood) / speedup) * Math.exp(noise * gaussian()));
  }
  return { baseline, candidate };
}

describe('Hodges-Lehmann', () => {
  test('the depression scores of Hollander & Wolfe, examples 3.1 to 3.3', () => {
    const before = [1.83, 0.5, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.3];
    const after = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29];
    // Their confidence is 96.1 %, P(W <= 5) = 10 / 512 on each side.
    const ratio = hodgesLehmannRatio(
      { baseline: after.map(Math.exp), candidate: before.map(Math.exp) },
      { confidence: 1 - 2 * (10 / 512) - 1e-9 },
    );
    expect(Math.log(ratio.estimate)).toBeCloseTo(-0.46, 10);
    expect(Math.log(ratio.lower)).toBeCloseTo(-0.786, 10);
    expect(Math.log(ratio.upper)).toBeCloseTo(-0.01, 10);
  });

  test('the k-th Walsh average is the k-th of the sorted list of all', () => {
    for (const count of [1, 2, 3, 10, 31]) {
      const sorted = Float64Array.from({ length: count }, () => Math.round(8 * gaussian()) / 4).toSorted();
      const all: number[] = [];
      for (let left = 0; left < count; left++) {
        for (let right = left; right < count; right++) {
          all.push(((sorted[left] as number) + (sorted[right] as number)) / 2);
        }
      }
      for (const [index, average] of all.toSorted((left, right) => left - right).entries()) {
        expect(walshAverage(sorted, index + 1)).toBeCloseTo(average, 14);
      }
    }
  });

  test('covers the true ratio as often as stated, however heavy the noise', () => {
    let covered = 0;
    for (let run = 0; run < 500; run++) {
      const times = runs(15, 1.31, 0.3);
      // One run in ten is disturbed threefold.
      for (let pair = 0; pair < 15; pair++) {
        if (random() < 0.1) times.baseline[pair] = 3 * (times.baseline[pair] as number);
        if (random() < 0.1) times.candidate[pair] = 3 * (times.candidate[pair] as number);
      }
      const ratio = hodgesLehmannRatio(times);
      if (ratio.lower <= 1.31 && 1.31 <= ratio.upper) covered++;
    }
    expect(covered).toBeGreaterThanOrEqual(fewestHits('coverage in 500 runs', 500, 0.95));
  });

  test('too few pairs bound nothing, and say so', () => {
    const five = runs(5, 2, 0.01);
    expect(hodgesLehmannRatio(five)).toMatchObject({ lower: 0, upper: Infinity });
    expect(hodgesLehmannRatio(runs(6, 2, 0.01)).lower).toBeGreaterThan(1.9);
    expect(formatRatio({ estimate: 2, lower: 0, upper: Infinity })).toBe('2.00x [0.00, ∞]');
  });

  test('the normal law takes over without a step', () => {
    const times = runs(1001, 1.2, 0.2);
    const shortened = {
      baseline: times.baseline.slice(0, 1000),
      candidate: times.candidate.slice(0, 1000),
    };
    const exact = hodgesLehmannRatio(shortened);
    const normal = hodgesLehmannRatio(times);
    expect(normal.lower).toBeCloseTo(exact.lower, 3);
    expect(normal.upper).toBeCloseTo(exact.upper, 3);
  });
});

describe('bootstrap', () => {
  test.each([
    ['bca', values.bootstrap.BCa],
    ['percentile', values.bootstrap.percentile],
  ] as const)('SciPy, %s', (method, expected) => {
    const ratio = bootstrapRatio(values.bootstrap, { random: seededRandom(3), method, resamples: 20_000 });
    // A 2.5 % quantile of 20,000 resamples has a standard error of .019 standard errors of the ratio; .12 is
    // six of them, so the four bounds fail by chance with probability below 1e-8.
    const slack = 0.12 * expected.standardError;
    expect(Math.abs(ratio.lower - expected.lower)).toBeLessThan(slack);
    expect(Math.abs(ratio.upper - expected.upper)).toBeLessThan(slack);
  });

  test('covers the ratio of expected times about as often as stated', () => {
    let covered = 0;
    for (let run = 0; run < 300; run++) {
      const times = runs(40, 1.31, 0.1);
      const ratio = bootstrapRatio(times, { random, resamples: 500 });
      if (ratio.lower <= 1.31 && 1.31 <= ratio.upper) covered++;
    }
    // The bootstrap's coverage is approximate: 91 % is granted.
    expect(covered).toBeGreaterThanOrEqual(fewestHits('coverage in 200 or 300 runs', 300, 0.91));
  });

  test('is repeatable, and a constant ratio is a point', () => {
    const times = runs(12, 1.5, 0.1);
    const first = bootstrapRatio(times, { random: seededRandom(5) });
    expect(bootstrapRatio(times, { random: seededRandom(5) })).toEqual(first);
    const constant = bootstrapRatio({ baseline: [2, 4, 8], candidate: [1, 2, 4] }, { random });
    expect(constant).toMatchObject({ estimate: 2, lower: 2, upper: 2 });
  });
});

test('a ratio is printed with bounds rounded outwards', () => {
  expect(formatRatio({ estimate: 1.3149, lower: 1.2749, upper: 1.3512 })).toBe('1.31x [1.27, 1.36]');
  expect(formatRatio({ estimate: 1.1, lower: 1.1, upper: 1.1 })).toBe('1.10x [1.10, 1.10]');
  expect(formatRatio({ estimate: 12.34, lower: 12.29, upper: 12.31 }, 1)).toBe('12.3x [12.2, 12.4]');
});

test.each([
  ['unequal lists', { baseline: [1, 2], candidate: [1] }, /pair them/],
  ['no times', { baseline: [], candidate: [] }, /no times/],
  ['a time of 0', { baseline: [1, 1], candidate: [1, 0] }, /candidate\[1\]/],
  ['NaN', { baseline: [Number.NaN, 1], candidate: [1, 1] }, /baseline\[0\]/],
])('%s are refused', (_, times, message) => {
  expect(() => hodgesLehmannRatio(times)).toThrow(message);
  expect(() => bootstrapRatio(times, { random })).toThrow(StatisticsError);
});

test('options out of range are refused', () => {
  const times = runs(6, 1, 0.1);
  expect(() => hodgesLehmannRatio(times, { confidence: 1 })).toThrow(/confidence/);
  expect(() => bootstrapRatio(times, { random, resamples: 10 })).toThrow(/resamples/);
  expect(() => bootstrapRatio(times, { random: () => 1 })).toThrow(/random\(\) returned 1/);
  expect(() => bootstrapRatio({ baseline: [1], candidate: [1] }, { random })).toThrow(/one pair/);
});
