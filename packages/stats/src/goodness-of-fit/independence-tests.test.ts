import { describe, expect, test } from 'vitest';
import {
  independenceTest,
  lagIndependenceTest,
  monteCarloIndependenceTest,
  permutationLagIndependenceTest,
} from '../index.js';
import type { RandomSource } from '../random/random-source.js';
import { drawCell } from '../testing/draw-counts.js';
import { expectUniform } from '../testing/expect-uniform.js';
import { falseAlarmBudget } from '../testing/false-alarm-budget.js';
import { zipfLaw } from '../testing/laws.js';
import { seededRandom } from '../testing/seeded-random.js';

const law = zipfLaw(6);

/** Outcomes of which each repeats the one `lag` before with the given chance. */
function series(length: number, repeat: number, random: RandomSource, lag = 1): number[] {
  const outcomes: number[] = [];
  for (let step = 0; step < length; step++) {
    const before = outcomes[step - lag];
    outcomes.push(before !== undefined && random() < repeat ? before : drawCell(law, random));
  }
  return outcomes;
}

describe('independence of consecutive outcomes', () => {
  test.each(['chi-square', 'g'] as const)('%s: p-values are uniform without memory', (statistic) => {
    const random = seededRandom(1);
    const values = Array.from(
      { length: 400 },
      () => lagIndependenceTest(series(2_000, 0, random), { statistic, minimumExpected: 20 }).pValue,
    );
    expectUniform(values);
  });

  test.each(['chi-square', 'g'] as const)('%s by permutation: exactly, for short series', (statistic) => {
    const random = seededRandom(2);
    const values = Array.from(
      { length: 1_000 },
      () =>
        permutationLagIndependenceTest(series(12, 0, random), {
          statistic,
          random,
          draws: 19,
          minimumExpected: 0,
        }).pValue,
    );
    expectUniform(values);
  });

  test('a memory is found at its own lag only', () => {
    const random = seededRandom(3);
    // Every fifth outcome repeats the second before it. Non-centrality about 0.04 · 5,000 · 5 = 1,000.
    const outcomes = series(5_000, 0.2, random, 2);
    expect(lagIndependenceTest(outcomes, { lag: 2 }).pValue).toBeLessThan(1e-20);
    // Lag 1 is independent.
    expect(lagIndependenceTest(outcomes, { lag: 1 }).pValue).toBeGreaterThan(
      falseAlarmBudget.alphaOf('equal laws are not told apart'),
    );
    const { pValue } = permutationLagIndependenceTest(outcomes, { lag: 2, random, draws: 99 });
    expect(pValue).toBeLessThanOrEqual(0.01);
  });

  test('rare outcomes are pooled by frequency, names are allowed', () => {
    const outcomes = Array.from({ length: 90 }, (_, step) =>
      step % 30 === 7 ? `rare ${step}` : 'ab'[step % 2]!,
    );
    const result = lagIndependenceTest(outcomes);
    expect(result.count).toBe(89);
    expect(result.cells).toEqual([['a'], ['b', 'rare 7', 'rare 37', 'rare 67']]);
    expect(result.degreesOfFreedom).toBe(1);
    expect(lagIndependenceTest([1, 1, 1, 1])).toMatchObject({ pValue: 1, degreesOfFreedom: 0 });
  });
});

describe('contingency tables', () => {
  const random = seededRandom(4);
  const table = (dependence: number, count: number): number[][] => {
    const counts = Array.from({ length: 3 }, () => Array.from({ length: 6 }, () => 0));
    for (let draw = 0; draw < count; draw++) {
      const column = drawCell(law, random);
      const row = random() < dependence ? column % 3 : Math.floor(3 * random());
      (counts[row] as number[])[column]! += 1;
    }
    return counts;
  };

  test('p-values are uniform under independence, exactly by Monte Carlo', () => {
    const limit = Array.from({ length: 400 }, () => independenceTest(table(0, 1_500)).pValue);
    expectUniform(limit);
    const exact = Array.from(
      { length: 1_000 },
      () => monteCarloIndependenceTest(table(0, 12), { random, draws: 19 }).pValue,
    );
    expectUniform(exact);
  });

  test('negative control: a dependence of 0.2 is found', () => {
    // Non-centrality about 2 · 0.04 · 3,000 = 240 or more, against a critical value of 48 at 1e-6.
    const dependent = table(0.2, 3_000);
    expect(independenceTest(dependent).pValue).toBeLessThan(1e-6);
    expect(independenceTest(dependent, { statistic: 'g' }).pValue).toBeLessThan(1e-6);
    expect(monteCarloIndependenceTest(dependent, { random, draws: 99 }).larger).toBe(0);
  });

  test('every cell expects enough after pooling; rows and columns without counts are left out', () => {
    const { rows, columns, degreesOfFreedom } = independenceTest([
      [40, 30, 1, 0],
      [0, 0, 0, 0],
      [35, 38, 0, 0],
      [1, 1, 1, 0],
    ]);
    expect(rows).toEqual([[2], [0, 3]]);
    expect(columns).toEqual([[0], [1, 2]]);
    expect(degreesOfFreedom).toBe(1);
  });
});
