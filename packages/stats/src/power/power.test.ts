import { describe, expect, test } from 'vitest';
import values from '../../test-values/power.json' with { type: 'json' };
import { chiSquareUpperQuantile } from '../distributions/chi-square-upper-quantile.js';
import { equivalenceTest } from '../equivalence/equivalence-test.js';
import { StatisticsError } from '../errors/statistics-error.js';
import { drawCounts } from '../testing/draw-counts.js';
import { fewestHits, mostHits } from '../testing/false-alarm-budget.js';
import { peakedLaw, shiftedLaw, uniformLaw, zipfLaw } from '../testing/laws.js';
import { randomOfEachTest } from '../testing/random-of-each-test.js';
import { chiSquareTestPower } from './chi-square-test-power.js';
import { minimumDetectableTotalVariation } from './minimum-detectable-total-variation.js';
import { noncentralChiSquareCdf } from './noncentral-chi-square-cdf.js';
import { noncentralChiSquareSurvival } from './noncentral-chi-square-survival.js';
import { requiredNoncentrality } from './required-noncentrality.js';
import { sampleCountForMargin } from './sample-count-for-margin.js';
import { sampleCountToDetect } from './sample-count-to-detect.js';
import { smallestProvableMargin } from './smallest-provable-margin.js';

const random = randomOfEachTest(20261124);

describe('noncentral chi-square', () => {
  test.each(values.noncentralChiSquare)(
    'mpmath: x $x, $degreesOfFreedom degrees, noncentrality $noncentrality',
    ({ x, degreesOfFreedom, noncentrality, cdf, survival }) => {
      // Sums of up to some thousand terms, each good to about 1e-13.
      const lower = noncentralChiSquareCdf(x, degreesOfFreedom, noncentrality);
      const upper = noncentralChiSquareSurvival(x, degreesOfFreedom, noncentrality);
      expect(Math.abs(lower - cdf)).toBeLessThanOrEqual(1e-12 * cdf);
      expect(Math.abs(upper - survival)).toBeLessThanOrEqual(1e-12 * survival);
    },
  );

  test('ends and the central case', () => {
    expect(noncentralChiSquareCdf(0, 3, 5)).toBe(0);
    expect(noncentralChiSquareSurvival(0, 3, 5)).toBeCloseTo(1, 14);
    expect(noncentralChiSquareCdf(Infinity, 3, 5)).toBe(1);
    expect(noncentralChiSquareSurvival(Infinity, 3, 5)).toBe(0);
    expect(noncentralChiSquareSurvival(chiSquareUpperQuantile(0.03, 7), 7, 0)).toBeCloseTo(0.03, 14);
  });

  test.each([
    [-1, 3, 1],
    [1, 0, 1],
    [1, 3, -1],
    [1, 3, Infinity],
    [Number.NaN, 3, 1],
  ])('x %d, %d degrees, noncentrality %d is refused', (x, degreesOfFreedom, noncentrality) => {
    expect(() => noncentralChiSquareCdf(x, degreesOfFreedom, noncentrality)).toThrow(StatisticsError);
    expect(() => noncentralChiSquareSurvival(x, degreesOfFreedom, noncentrality)).toThrow(StatisticsError);
  });
});

describe('power of chi-square tests', () => {
  test('the exercises of Cohen 1988: 7.1 (p. 249), 7.3 (p. 251), 7.8 (p. 270)', () => {
    const power = (degreesOfFreedom: number, effect: number, count: number, alpha: number): number =>
      chiSquareTestPower({ degreesOfFreedom, noncentrality: count * effect ** 2, alpha });
    // Values of R's pwr package for the same exercises.
    expect(power(3, 0.289, 100, 0.05)).toBeCloseTo(0.6750777, 7);
    expect(power(2, 0.346, 140, 0.01)).toBeCloseTo(0.88540529, 7);
    const count = requiredNoncentrality({ degreesOfFreedom: 20, alpha: 0.05, power: 0.8 }) / 0.1 ** 2;
    expect(count).toBeCloseTo(2096.079, 3);
  });

  test.each(values.requiredNoncentrality)(
    'SciPy: $degreesOfFreedom degrees, alpha $alpha, power $power',
    (value) => {
      expect(requiredNoncentrality(value) / value.noncentrality).toBeCloseTo(1, 10);
    },
  );

  test('draws and distance are inverse to each other', () => {
    const design = { cells: 50, alpha: 1e-3, power: 0.9 };
    const count = sampleCountToDetect({ ...design, totalVariation: 0.03 });
    expect(minimumDetectableTotalVariation({ ...design, count })).toBeLessThanOrEqual(0.03);
    expect(minimumDetectableTotalVariation({ ...design, count: count - 1 })).toBeGreaterThan(0.03);
    expect(minimumDetectableTotalVariation({ ...design, count: 3 })).toBe(Infinity);
  });

  test('a chi-square test finds that distance as often as said', () => {
    const target = uniformLaw(10);
    const design = { cells: 10, alpha: 0.01, power: 0.8 };
    const count = sampleCountToDetect({ ...design, totalVariation: 0.1 });
    const law = shiftedLaw(target, 0.1);
    const critical = chiSquareUpperQuantile(design.alpha, 9);
    let found = 0;
    for (let run = 0; run < 2000; run++) {
      const statistic = drawCounts(law, count, random).reduce(
        (sum, hits) => sum + (hits - count / 10) ** 2 / (count / 10),
        0,
      );
      if (statistic > critical) found++;
    }
    // The noncentral law is an approximation: 1 % either way is granted.
    expect(found).toBeGreaterThanOrEqual(fewestHits('power of a test', 2000, 0.79));
    expect(found).toBeLessThanOrEqual(mostHits('power of a test', 2000, 0.81));
  });
});

describe('power of the equivalence test', () => {
  test.each([
    ['two cells', [0.2, 0.8], 0.02],
    ['twenty cells', zipfLaw(20), 0.04],
    ['a peaked law', peakedLaw(10), 0.01],
  ])('%s: with that many draws an exact law passes as often as said', (_, probabilities, margin) => {
    const design = { alpha: 0.01, power: 0.9 };
    const count = sampleCountForMargin({ ...design, probabilities, margin });
    expect(smallestProvableMargin({ ...design, probabilities, count })).toBeLessThan(margin);
    expect(
      smallestProvableMargin({ ...design, probabilities, count: Math.floor(0.99 * count) - 1 }),
    ).toBeGreaterThan(0.99 * margin);
    let passed = 0;
    for (let run = 0; run < 200; run++) {
      const counts = drawCounts(probabilities, count, random);
      if (equivalenceTest({ counts, probabilities }, { margin, alpha: 0.01 }).equivalent) passed++;
    }
    expect(passed).toBeGreaterThanOrEqual(fewestHits('power of a test', 200, 0.9));
  });

  test('a margin out of reach, and draws that prove nothing', () => {
    expect(() =>
      sampleCountForMargin({ probabilities: [0.5, 0.5], margin: 1e-7, alpha: 0.05, power: 0.8 }),
    ).toThrow(/2\^40/);
    expect(smallestProvableMargin({ probabilities: uniformLaw(5), count: 1, alpha: 0.05, power: 0.8 })).toBe(
      1,
    );
  });
});

test('designs out of range are refused', () => {
  const design = { cells: 5, alpha: 0.05, power: 0.8 };
  expect(() => minimumDetectableTotalVariation({ ...design, count: 0 })).toThrow(/count/);
  expect(() => minimumDetectableTotalVariation({ ...design, cells: 1, count: 5 })).toThrow(/cells/);
  expect(() => sampleCountToDetect({ ...design, totalVariation: 0 })).toThrow(/totalVariation/);
  expect(() => sampleCountToDetect({ ...design, totalVariation: 1.1 })).toThrow(StatisticsError);
  expect(() => sampleCountToDetect({ ...design, power: 0.05, totalVariation: 0.1 })).toThrow(/for free/);
  expect(() => chiSquareTestPower({ degreesOfFreedom: 3, noncentrality: 1, alpha: 0 })).toThrow(/alpha/);
  const bound = { probabilities: [0.5, 0.4], count: 10, alpha: 0.05, power: 0.8 };
  expect(() => smallestProvableMargin(bound)).toThrow(/sum to 1/);
});
