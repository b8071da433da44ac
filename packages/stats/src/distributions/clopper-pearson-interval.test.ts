import { describe, expect, test } from 'vitest';
import { binomialProbability, clopperPearsonInterval } from '../index.js';

type Interval = (successes: number, trials: number) => { readonly lower: number; readonly upper: number };

/**
 * Least chance that the interval covers the true probability, over the places where coverage is smallest: just
 * inside and just outside every bound, since between bounds it is smooth. Exact: all outcomes are enumerated.
 */
function leastCoverage(trials: number, interval: Interval): number {
  const intervals = Array.from({ length: trials + 1 }, (_, successes) => interval(successes, trials));
  const places = intervals
    .flatMap(({ lower, upper }) => [lower, upper])
    .flatMap((bound) => [bound * (1 - 1e-9), bound * (1 + 1e-9), bound + 1e-9])
    .filter((place) => place > 0 && place < 1);
  const coverages = places.map((place) =>
    intervals.reduce(
      (sum, { lower, upper }, successes) =>
        lower <= place && place <= upper ? sum + binomialProbability(successes, trials, place) : sum,
      0,
    ),
  );
  return Math.min(...coverages);
}

describe('coverage, enumerated', () => {
  test.each([1, 2, 5, 20, 50, 137])('two-sided and one-sided, %i trials', (trials) => {
    for (const confidence of [0.5, 0.95, 0.999_999]) {
      for (const side of ['two-sided', 'lower', 'upper'] as const) {
        const coverage = leastCoverage(trials, (k, n) => clopperPearsonInterval(k, n, { confidence, side }));
        expect(coverage).toBeGreaterThanOrEqual(confidence - 1e-12);
      }
    }
  });

  test('one-sided bounds are tight: coverage comes down to the confidence', () => {
    for (const side of ['lower', 'upper'] as const) {
      const coverage = leastCoverage(20, (k, n) => clopperPearsonInterval(k, n, { confidence: 0.95, side }));
      expect(coverage).toBeCloseTo(0.95, 6);
    }
  });

  test('negative control: the normal approximation falls short, and the enumeration sees it', () => {
    const wald: Interval = (successes, trials) => {
      const share = successes / trials;
      const margin = 1.96 * Math.sqrt((share * (1 - share)) / trials);
      return { lower: share - margin, upper: share + margin };
    };
    expect(leastCoverage(50, wald)).toBeLessThan(0.5);
  });
});

test('the ends are 0 and 1 where all outcomes are alike, and closed forms beside them', () => {
  const none = clopperPearsonInterval(0, 1_000);
  expect(none.lower).toBe(0);
  // 1 - (alpha / 2)^(1 / n)
  expect(none.upper).toBeCloseTo(-Math.expm1(Math.log(0.025) / 1_000), 15);
  const all = clopperPearsonInterval(1_000, 1_000);
  expect(all.upper).toBe(1);
  expect(all.lower).toBeCloseTo(Math.exp(Math.log(0.025) / 1_000), 15);
  expect(clopperPearsonInterval(3, 10, { side: 'lower' }).upper).toBe(1);
  expect(clopperPearsonInterval(3, 10, { side: 'upper' }).lower).toBe(0);
});
