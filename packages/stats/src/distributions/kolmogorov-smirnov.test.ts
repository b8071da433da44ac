import { describe, expect, test } from 'vitest';
import {
  kolmogorovLimitCdf,
  kolmogorovLimitSurvival,
  kolmogorovSmirnovCdf,
  kolmogorovSmirnovSurvival,
} from '../index.js';
import { expectRefusal } from '../testing/expect-refusal.js';
import { kolmogorovSmirnovBridge } from './kolmogorov-smirnov-bridge.js';
import { smirnovSurvival } from './smirnov-survival.js';

const ulp = Number.EPSILON;

describe('exact law', () => {
  test('published value: P(D_10 < 0.274) = 0.6284796154565 (Marsaglia, Tsang & Wang 2003)', () => {
    expect(kolmogorovSmirnovCdf(0.274, 10)).toBeCloseTo(0.628_479_615_456_5, 13);
  });

  test('closed forms near both ends of the range', () => {
    for (const n of [1, 2, 7, 40]) {
      // P(D_n < d) = n! (2d - 1/n)^n for 1/(2n) < d <= 1/n
      const d = 0.8 / n;
      let expected = 1;
      for (let k = 1; k <= n; k++) expected *= k * (2 * d - 1 / n);
      expect(Math.abs(kolmogorovSmirnovCdf(d, n) / expected - 1)).toBeLessThan(1e-12);
      // P(D_n >= d) = 2 (1 - d)^n for 1 - 1/n <= d
      const high = 1 - 0.3 / n;
      if (high > 0.5) {
        expect(Math.abs(kolmogorovSmirnovSurvival(high, n) / (2 * (1 - high) ** n) - 1)).toBeLessThan(1e-12);
      }
    }
  });

  test('outside its range the law is 0 or 1', () => {
    expect([kolmogorovSmirnovCdf(-1, 4), kolmogorovSmirnovSurvival(-1, 4)]).toEqual([0, 1]);
    expect([kolmogorovSmirnovCdf(0.125, 4), kolmogorovSmirnovSurvival(0.125, 4)]).toEqual([0, 1]);
    expect([kolmogorovSmirnovCdf(1, 4), kolmogorovSmirnovSurvival(1, 4)]).toEqual([1, 0]);
    expect([kolmogorovSmirnovCdf(Infinity, 4), kolmogorovSmirnovSurvival(Infinity, 4)]).toEqual([1, 0]);
  });

  test('tails are monotone and add up to 1, across the seams between methods too', () => {
    for (const n of [1, 3, 30, 400, 12_000]) {
      let [lastLower, lastUpper] = [0, 1];
      for (let step = 1; step <= 40; step++) {
        const d = (step * 0.1) / Math.sqrt(n);
        const lower = kolmogorovSmirnovCdf(d, n);
        const upper = kolmogorovSmirnovSurvival(d, n);
        expect(Math.abs(lower + upper - 1)).toBeLessThanOrEqual(2 * ulp);
        // At 12,000 the expansion's error, at most 1e-8, leaves room for steps at the seam.
        const slack = n > 10_000 ? 1e-8 : 1e-12;
        expect(lower).toBeGreaterThanOrEqual(lastLower - slack);
        expect(upper).toBeLessThanOrEqual(lastUpper + slack);
        [lastLower, lastUpper] = [lower, upper];
      }
    }
  });

  test('the far tail from one boundary equals the walk between both, where it takes over', () => {
    for (const n of [25, 300, 1_000]) {
      const d = Math.sqrt(5 / n);
      const { outside } = kolmogorovSmirnovBridge(d, n);
      expect(Math.abs((2 * smirnovSurvival(d, n)) / outside - 1)).toBeLessThan(2e-13 + 1e-15 * n);
    }
  });

  test('sample sizes have no end: the limit law is reached to within 1 / √n', () => {
    for (const n of [1e6, 1e9, 1e15]) {
      for (const z of [0.7, 2, 3, 18]) {
        const ratio = kolmogorovSmirnovSurvival(z / Math.sqrt(n), n) / kolmogorovLimitSurvival(z);
        // The law at n is near the limit law at z + 1 / (6 √n), whose logarithm has a slope of at most 4z + 3; the
        // next terms are of order z⁴ / n.
        expect(Math.abs(ratio - 1)).toBeLessThan((z + 1) / Math.sqrt(n) + z ** 4 / n + 1e-12);
      }
    }
  });
});

describe('limit law', () => {
  test('is what the exact law comes to: differences shrink like 1 / √n', () => {
    for (const z of [0.6, 1, 1.7]) {
      const difference = (n: number): number =>
        Math.abs(kolmogorovSmirnovSurvival(z / Math.sqrt(n), n) - kolmogorovLimitSurvival(z));
      expect(difference(1_600)).toBeLessThan(0.6 * difference(400));
      expect(difference(1_600)).toBeLessThan(0.02);
    }
  });

  test('both series agree where they meet, and add up to 1', () => {
    for (const x of [0.2, 0.799_999_999, 0.8, 1, 3]) {
      expect(Math.abs(kolmogorovLimitCdf(x) + kolmogorovLimitSurvival(x) - 1)).toBeLessThanOrEqual(2 * ulp);
    }
    // The density there is 1.1.
    expect(kolmogorovLimitCdf(0.8) - kolmogorovLimitCdf(0.8 - 1e-12)).toBeLessThan(2e-12);
    for (const x of [0, -3]) expect([kolmogorovLimitCdf(x), kolmogorovLimitSurvival(x)]).toEqual([0, 1]);
    expect([kolmogorovLimitCdf(Infinity), kolmogorovLimitSurvival(Infinity)]).toEqual([1, 0]);
  });
});

test.each([
  ['statistic', () => kolmogorovSmirnovCdf(Number.NaN, 3)],
  ['sampleSize', () => kolmogorovSmirnovCdf(0.5, 0)],
  ['statistic', () => kolmogorovSmirnovSurvival(Number.NaN, 3)],
  ['sampleSize', () => kolmogorovSmirnovSurvival(0.5, 0)],
  ['sampleSize', () => kolmogorovSmirnovSurvival(0.5, 2.5)],
  ['x', () => kolmogorovLimitCdf(Number.NaN)],
  ['x', () => kolmogorovLimitSurvival(Number.NaN)],
])('an argument outside its range is refused by name: %s', (argument, call) => {
  expectRefusal(call, 'out-of-range', argument, { message: new RegExp(`^${argument} is `) });
});
