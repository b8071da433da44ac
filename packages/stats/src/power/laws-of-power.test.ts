import { describe, expect, test } from 'vitest';
import { binomialProbability } from '../distributions/binomial-probability.js';
import { chiSquareCdf } from '../distributions/chi-square-cdf.js';
import { chiSquareSurvival } from '../distributions/chi-square-survival.js';
import { normalSurvival } from '../distributions/normal-survival.js';
import { poissonProbability } from '../distributions/poisson-probability.js';
import { equivalenceTest } from '../equivalence/equivalence-test.js';
import { expectRefusal } from '../testing/expect-refusal.js';
import { peakedLaw, uniformLaw, zipfLaw } from '../testing/laws.js';
import { chiSquareTestPower } from './chi-square-test-power.js';
import { largestTerm } from './largest-term.js';
import { minimumDetectableTotalVariation } from './minimum-detectable-total-variation.js';
import { noncentralChiSquareCdf } from './noncentral-chi-square-cdf.js';
import { noncentralChiSquareSurvival } from './noncentral-chi-square-survival.js';
import { requiredNoncentrality } from './required-noncentrality.js';
import { sampleCountForMargin } from './sample-count-for-margin.js';
import { sampleCountToDetect } from './sample-count-to-detect.js';
import { smallestProvableMargin } from './smallest-provable-margin.js';
import { sumOutwards } from './sum-outwards.js';

const closeTo = (actual: number, expected: number, relative: number): void =>
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(relative * expected);

describe('noncentral chi-square', () => {
  test('with one degree of freedom it is the square of a shifted normal variable, in both far tails too', () => {
    for (const [x, noncentrality] of [
      [0.5, 3],
      [9, 4],
      [100, 1200],
      [1, 700],
      [1200, 100],
      [4000, 1000],
    ] as const) {
      const [root, shift] = [Math.sqrt(x), Math.sqrt(noncentrality)];
      // P(-root < Z + shift < root) and the rest.
      const lower = normalSurvival(shift - root) - normalSurvival(shift + root);
      const upper = normalSurvival(root - shift) + normalSurvival(root + shift);
      closeTo(noncentralChiSquareCdf(x, 1, noncentrality), lower, 1e-11);
      closeTo(noncentralChiSquareSurvival(x, 1, noncentrality), upper, 1e-11);
    }
  });

  test('noncentrality 0 is the central law, and both ends are 0 and 1 whatever the noncentrality', () => {
    expect(noncentralChiSquareCdf(5, 3, 0)).toBe(chiSquareCdf(5, 3));
    expect(noncentralChiSquareSurvival(5, 3, 0)).toBe(chiSquareSurvival(5, 3));
    for (const noncentrality of [0.3, 5, 1001, 7777]) {
      expect(noncentralChiSquareCdf(Infinity, 3, noncentrality)).toBe(1);
      expect(noncentralChiSquareSurvival(Infinity, 3, noncentrality)).toBe(0);
      expect(noncentralChiSquareSurvival(0, 3, noncentrality)).toBeLessThanOrEqual(1);
    }
  });

  test('the sum starts within one of its largest term', () => {
    for (const [x, degreesOfFreedom, noncentrality] of [
      [1, 30, 1],
      [40, 3, 60],
      [300, 99, 30],
      [90, 900, 400],
      [2000, 500, 5],
      [5000, 1, 800],
    ] as const) {
      // Neighbouring terms of largestTerm's comment: term(j + 1) / term(j).
      let largest = 0;
      const ratio = (j: number): number => (noncentrality * x) / 4 / ((j + 1) * (j + degreesOfFreedom / 2));
      while (ratio(largest) > 1) largest++;
      expect(Math.abs(largestTerm(x, degreesOfFreedom, noncentrality) - largest)).toBeLessThanOrEqual(1);
    }
  });
});

test('a sum outwards from near the peak is the whole sum, for some hundred terms', () => {
  for (const start of [9_000, 10_000, 11_000]) {
    let evaluations = 0;
    const sum = sumOutwards((index) => {
      evaluations++;
      return poissonProbability(index, 10_000);
    }, start);
    expect(sum).toBeCloseTo(1, 11);
    expect(evaluations).toBeLessThan(2_000 + Math.abs(start - 10_000));
  }
  expect(sumOutwards((index) => 0.5 ** (index + 1), 0)).toBeCloseTo(1, 15);
});

describe('inverses', () => {
  const levels = [0.01, 0.05, 0.3];

  test('the required noncentrality has the wanted power, to a relative 1e-12', () => {
    for (const degreesOfFreedom of [1, 7, 200]) {
      for (const alpha of levels) {
        for (const power of [alpha * 1.5, 0.9]) {
          const noncentrality = requiredNoncentrality({ degreesOfFreedom, alpha, power });
          const at = (factor: number): number =>
            chiSquareTestPower({ degreesOfFreedom, alpha, noncentrality: factor * noncentrality });
          expect(at(1)).toBeGreaterThanOrEqual(power);
          expect(at(1 - 1e-11)).toBeLessThan(power);
        }
      }
    }
  });

  test('power that a double hardly tells from alpha needs hardly any noncentrality', () => {
    for (let step = 1; step < 61; step++) {
      const alpha = step / 61;
      const power = alpha * (1 + 2.3e-16);
      if (power === alpha) continue;
      for (const degreesOfFreedom of [1, 4, 40]) {
        const noncentrality = requiredNoncentrality({ degreesOfFreedom, alpha, power });
        expect(noncentrality).toBeGreaterThan(0);
        expect(noncentrality).toBeLessThan(1e-10);
      }
    }
  });

  test('draws to detect a distance are the least that do', () => {
    for (const cells of [2, 17]) {
      for (const totalVariation of [0.02, 0.4, 1]) {
        const design = { cells, alpha: 0.01, power: 0.8 };
        const count = sampleCountToDetect({ ...design, totalVariation });
        const needed = requiredNoncentrality({ degreesOfFreedom: cells - 1, alpha: 0.01, power: 0.8 });
        expect(4 * count * totalVariation ** 2).toBeGreaterThanOrEqual(needed);
        expect(4 * (count - 1) * totalVariation ** 2).toBeLessThan(needed);
      }
    }
  });

  test.each([
    ['two cells', [0.2, 0.8], 0.3],
    ['a uniform law', uniformLaw(5), 0.6],
    ['a peaked law', peakedLaw(10), 0.05],
    ['a Zipf law', zipfLaw(20), 0.05],
  ])('%s: draws for a margin suffice, and are the least up to 0.1 %', (_, probabilities, margin) => {
    const design = { probabilities, alpha: 0.05, power: 0.8 };
    const count = sampleCountForMargin({ ...design, margin });
    expect(smallestProvableMargin({ ...design, count })).toBeLessThan(margin);
    const fewer = Math.min(count - 1, Math.floor(count * (1 - 1e-3)) - 1);
    expect(smallestProvableMargin({ ...design, count: fewer })).toBeGreaterThanOrEqual(margin);
  });
});

test.each([[0.2], [0.8], [0.5], [0.97], [0.03]])(
  'two cells, %d of the mass in the first: the margin is shown with the wanted power and hardly more',
  (first) => {
    const design = { probabilities: [first, 1 - first], count: 120, alpha: 0.05 };
    for (const power of [0.5, 0.9]) {
      const margin = smallestProvableMargin({ ...design, power });
      let shown = 0;
      let shownBelow = 0;
      for (let hits = 0; hits <= design.count; hits++) {
        const { upper } = equivalenceTest(
          { counts: [hits, design.count - hits], probabilities: design.probabilities },
          { margin: 1, alpha: design.alpha },
        );
        const probability = binomialProbability(hits, design.count, first);
        if (upper <= margin) shown += probability;
        if (upper < margin) shownBelow += probability;
      }
      expect(shown).toBeGreaterThanOrEqual(power);
      // All outcomes that lie beyond the quantile on one side prove less: (1 - power) / 2, and that outcome itself.
      expect(shownBelow).toBeLessThanOrEqual((1 + power) / 2);
    }
  },
);

describe('designs out of range are refused by name', () => {
  const law = [0.5, 0.5];
  test.each([
    ['x', 'out-of-range', () => noncentralChiSquareCdf(-1, 3, 1)],
    ['x', 'out-of-range', () => noncentralChiSquareSurvival(Number.NaN, 3, 1)],
    ['degreesOfFreedom', 'out-of-range', () => noncentralChiSquareCdf(1, 0, 1)],
    ['degreesOfFreedom', 'out-of-range', () => noncentralChiSquareSurvival(1, Infinity, 1)],
    ['noncentrality', 'out-of-range', () => noncentralChiSquareCdf(1, 3, Infinity)],
    ['noncentrality', 'out-of-range', () => noncentralChiSquareSurvival(1, 3, -1)],
    [
      'alpha',
      'invalid-probability',
      () => chiSquareTestPower({ degreesOfFreedom: 3, noncentrality: 1, alpha: 0 }),
    ],
    [
      'degreesOfFreedom',
      'out-of-range',
      () => requiredNoncentrality({ degreesOfFreedom: 0, alpha: 0.1, power: 0.2 }),
    ],
    [
      'alpha',
      'invalid-probability',
      () => requiredNoncentrality({ degreesOfFreedom: 1, alpha: 0, power: 0.2 }),
    ],
    [
      'power',
      'invalid-probability',
      () => requiredNoncentrality({ degreesOfFreedom: 1, alpha: 0.1, power: 1 }),
    ],
    ['power', 'out-of-range', () => requiredNoncentrality({ degreesOfFreedom: 1, alpha: 0.1, power: 0.1 })],
    [
      'cells',
      'out-of-range',
      () => minimumDetectableTotalVariation({ cells: 1, count: 5, alpha: 0.1, power: 0.5 }),
    ],
    [
      'count',
      'out-of-range',
      () => minimumDetectableTotalVariation({ cells: 2, count: 0, alpha: 0.1, power: 0.5 }),
    ],
    [
      'cells',
      'out-of-range',
      () => sampleCountToDetect({ cells: 1, totalVariation: 0.1, alpha: 0.1, power: 0.5 }),
    ],
    [
      'totalVariation',
      'out-of-range',
      () => sampleCountToDetect({ cells: 2, totalVariation: 0, alpha: 0.1, power: 0.5 }),
    ],
    [
      'totalVariation',
      'invalid-probability',
      () => sampleCountToDetect({ cells: 2, totalVariation: 1.1, alpha: 0.1, power: 0.5 }),
    ],
    [
      'margin',
      'out-of-range',
      () => sampleCountForMargin({ probabilities: law, margin: 0, alpha: 0.1, power: 0.5 }),
    ],
    [
      'margin',
      'too-large',
      () => sampleCountForMargin({ probabilities: law, margin: 1e-7, alpha: 0.1, power: 0.5 }),
    ],
    [
      'probabilities',
      'not-normalised',
      () => smallestProvableMargin({ probabilities: [0.5, 0.4], count: 1, alpha: 0.1, power: 0.5 }),
    ],
    [
      'count',
      'out-of-range',
      () => smallestProvableMargin({ probabilities: law, count: 0, alpha: 0.1, power: 0.5 }),
    ],
    [
      'alpha',
      'invalid-probability',
      () => smallestProvableMargin({ probabilities: law, count: 1, alpha: 1, power: 0.5 }),
    ],
    [
      'power',
      'invalid-probability',
      () => smallestProvableMargin({ probabilities: law, count: 1, alpha: 0.1, power: 0 }),
    ],
  ] as const)('%s, %s', (argument, reason, call) => {
    expectRefusal(call, reason, argument, { message: new RegExp(argument) });
  });
});
