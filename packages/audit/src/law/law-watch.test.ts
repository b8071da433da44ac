import { createRequestRandom, drawToken } from '@foretoken/core';
import { StatisticsError } from '@foretoken/stats';
import { describe, expect, test } from 'vitest';
import { LawWatch } from './law-watch.js';

const probabilities = [0.5, 0.3, 0.2, 0];
function watch(planned = 2000): LawWatch {
  return new LawWatch({
    name: 'first token',
    position: 1,
    probabilities,
    describe: (cell) => `cell ${cell}`,
    planned,
    confidence: 0.999,
  });
}
const random = createRequestRandom({ seed: 7 });
function draw(law: readonly number[], index: number): number {
  const uniform = random.round(index).uniform('sample', 0, 0, 0);
  return drawToken({ tokens: undefined, probabilities: Float64Array.from(law) }, uniform);
}

describe('watching draws over a partition', () => {
  test('finds nothing in draws of the law itself', () => {
    const law = watch();
    for (let index = 0; index < 2000; index++) law.observe(draw(probabilities, index));
    const result = law.result();
    // Both tests together reject a true law at 1e-6 with probability 1e-6 at most.
    expect(result.pValue).toBeGreaterThan(1e-6);
    // The interval misses 0 with probability 1e-3 at most; the seed is fixed.
    expect(result.interval).toMatchObject({ lower: 0, count: 2000 });
    expect(result.interval?.upper).toBeLessThan(0.1);
    expect(result.counts.reduce((sum, count) => sum + count, 0)).toBe(2000);
  });

  test('finds a biased law, and names the cell that is furthest off', () => {
    const law = watch();
    for (let index = 0; index < 2000; index++) law.observe(draw([0.5, 0.15, 0.35], index));
    const { pValue, sequentialP, interval, worst } = law.result();
    expect(pValue).toBeLessThan(1e-20);
    expect(sequentialP).toBeLessThan(1e-20);
    expect(interval?.lower).toBeGreaterThan(0.05);
    expect(worst).toMatchObject({ cell: 'cell 2', expected: 400 });
    expect(worst?.residual).toBeGreaterThan(10);
  });

  test('an impossible outcome disproves the law, in a cell or without one', () => {
    const inCell = watch(10);
    inCell.observe(3);
    expect(inCell.result()).toMatchObject({ pValue: 0, logEvidence: Number.POSITIVE_INFINITY });
    const without = watch(10);
    without.observeImpossible();
    expect(without.result()).toMatchObject({ pValue: 0, impossible: 1, count: 1 });
  });

  test('the fixed-n test waits for its planned draws; the anytime one does not', () => {
    const law = watch(100);
    for (let index = 0; index < 99; index++) law.observe(2);
    const before = law.result();
    expect(before.fixedP).toBeUndefined();
    expect(before.pValue).toBeLessThan(1e-20);
    law.observe(2);
    expect(law.result().fixedP).toBeLessThan(1e-20);
  });

  test('nothing drawn is no evidence', () => {
    expect(watch().result()).toMatchObject({
      count: 0,
      pValue: 1,
      interval: undefined,
      worst: undefined,
      points: [],
    });
  });

  test.each<[problem: string, probabilities: readonly number[]]>([
    ['that do not sum to 1', [0.5, 0.4]],
    ['that are negative', [1.5, -0.5]],
    ['that are not numbers', [Number.NaN, 1]],
    ['of no cells', []],
  ])('refuses probabilities %s', (_, bad) => {
    const make = () =>
      new LawWatch({
        name: 'bad',
        position: 1,
        probabilities: bad,
        describe: String,
        planned: 1,
        confidence: 0.9,
      });
    expect(make).toThrow(StatisticsError);
  });
});
