import { describe, expect, test } from 'vitest';
import {
  binomialCdf,
  binomialProbability,
  binomialQuantile,
  binomialSurvival,
  binomialUpperQuantile,
  chiSquareCdf,
  chiSquareQuantile,
  chiSquareSurvival,
  chiSquareUpperQuantile,
  clopperPearsonInterval,
  normalCdf,
  normalQuantile,
  normalSurvival,
  normalUpperQuantile,
  poissonCdf,
  poissonProbability,
  poissonQuantile,
  poissonSurvival,
  poissonUpperQuantile,
  studentTCdf,
  studentTQuantile,
  studentTSurvival,
  studentTUpperQuantile,
} from '../index.js';
import { expectRefusal } from '../testing/expect-refusal.js';
import { smallestInteger } from './smallest-integer.js';

// Laws that hold whatever the values; the values themselves are in the fixtures of the reference.
const ulp = Number.EPSILON;

describe('continuous laws', () => {
  test.each([
    ['normal', normalCdf, normalSurvival, normalQuantile, normalUpperQuantile],
    [
      'chi-square with 7 degrees of freedom',
      (x: number) => chiSquareCdf(x, 7),
      (x: number) => chiSquareSurvival(x, 7),
      (chance: number) => chiSquareQuantile(chance, 7),
      (chance: number) => chiSquareUpperQuantile(chance, 7),
    ],
    [
      'Student with 2.5 degrees of freedom',
      (t: number) => studentTCdf(t, 2.5),
      (t: number) => studentTSurvival(t, 2.5),
      (chance: number) => studentTQuantile(chance, 2.5),
      (chance: number) => studentTUpperQuantile(chance, 2.5),
    ],
  ] as const)(
    '%s: tails add up to 1, and quantiles undo them',
    (_name, cdf, survival, quantile, upperQuantile) => {
      for (let step = 0; step <= 60; step++) {
        const chance = 0.5 * 10 ** (-step * 5);
        for (const [x, tail] of [
          [quantile(chance), cdf],
          [upperQuantile(chance), survival],
        ] as const) {
          // The tail changes by |log chance| times what rounds off the quantile, at most.
          expect(Math.abs(tail(x) / chance - 1)).toBeLessThan(1e-13 - 4 * ulp * Math.log(chance));
          expect(Math.abs(cdf(x) + survival(x) - 1)).toBeLessThanOrEqual(2 * ulp);
        }
      }
    },
  );

  test('symmetric laws are symmetric', () => {
    for (const x of [0, 1e-9, 0.3, 1, 5, 30]) {
      expect(normalCdf(-x)).toBe(normalSurvival(x));
      expect(studentTCdf(-x, 3)).toBe(studentTSurvival(x, 3));
    }
    expect(normalQuantile(0.5)).toBe(0);
    expect(studentTQuantile(0.5, 4)).toBe(0);
    expect(normalCdf(0)).toBe(0.5);
  });

  test('limits', () => {
    expect([normalCdf(-Infinity), normalCdf(Infinity)]).toEqual([0, 1]);
    expect([normalQuantile(0), normalQuantile(1)]).toEqual([-Infinity, Infinity]);
    expect([chiSquareCdf(0, 3), chiSquareSurvival(0, 3)]).toEqual([0, 1]);
    expect([chiSquareCdf(Infinity, 3), chiSquareSurvival(Infinity, 3)]).toEqual([1, 0]);
    expect([chiSquareQuantile(0, 3), chiSquareUpperQuantile(0, 3)]).toEqual([0, Infinity]);
    expect([studentTCdf(-Infinity, 3), studentTSurvival(-Infinity, 3)]).toEqual([0, 1]);
    expect([studentTQuantile(0, 3), studentTUpperQuantile(0, 3)]).toEqual([-Infinity, Infinity]);
    expect([studentTQuantile(1, 3), studentTUpperQuantile(1, 3)]).toEqual([Infinity, -Infinity]);
  });

  test('known relations: Student with 1 degree is Cauchy, chi-square with 2 is exponential', () => {
    for (const t of [0.01, 1, 7, 1e5])
      expect(studentTSurvival(t, 1) * Math.PI).toBeCloseTo(Math.atan2(1, t), 14);
    for (const x of [0.01, 1, 7, 900]) {
      expect(Math.abs(chiSquareSurvival(x, 2) / Math.exp(-x / 2) - 1)).toBeLessThan(1e-13);
    }
  });

  test('closed forms of Student with 1 and 2 degrees, from the centre to where the square of t overflows', () => {
    for (let exponent = -12; exponent <= 290; exponent += 2) {
      const t = 10 ** exponent;
      const cauchy = Math.atan2(1, t) / Math.PI;
      expect(Math.abs(studentTSurvival(t, 1) / cauchy - 1)).toBeLessThan(1e-12);
      // The smaller one of both parts keeps its digits.
      if (cauchy <= 0.25) {
        expect(Math.abs(studentTUpperQuantile(cauchy, 1) * Math.tan(Math.PI * cauchy) - 1)).toBeLessThan(
          1e-12,
        );
        expect(studentTUpperQuantile(1 - cauchy, 1)).toBe(-studentTUpperQuantile(1 - (1 - cauchy), 1));
      }
      if (exponent > 149) continue;
      const root = Math.sqrt(2 + t * t);
      expect(Math.abs(studentTSurvival(t, 2) * root * (root + t) - 1)).toBeLessThan(1e-12);
    }
    for (const excess of [1e-10, 1e-4, 0.1, 0.3, 0.499]) {
      const chance = 0.5 - excess;
      const exact = 0.5 - chance;
      const expected = exact * Math.sqrt(2 / (chance * (1 - chance)));
      expect(Math.abs(studentTUpperQuantile(chance, 2) / expected - 1)).toBeLessThan(1e-12);
      expect(studentTUpperQuantile(1 - chance, 2)).toBe(-studentTUpperQuantile(1 - (1 - chance), 2));
    }
  });

  test('Student with few degrees: quantiles undo the tail where the square of t overflows', () => {
    for (const degrees of [1e-3, 0.01, 0.3, 1, 1.9]) {
      for (const t of [1e140, 1e144, 1e146, 1e160, 1e250, 1e300]) {
        const chance = studentTSurvival(t, degrees);
        if (chance < 1e-300) continue;
        // The quantile moves 1 / degrees times as much as the chance.
        const tolerance = 1e-12 + (4 * ulp) / degrees;
        expect(Math.abs(studentTUpperQuantile(chance, degrees) / t - 1)).toBeLessThan(tolerance);
        // P(T > t) falls with t^-degrees there.
        const ratio = studentTSurvival(16 * t, degrees) / chance;
        expect(Math.abs(ratio * 16 ** degrees - 1)).toBeLessThan(1e-12);
      }
    }
    expect(studentTSurvival(1e110, 1e-100)).toBeCloseTo(0.5, 15);
    expect([studentTSurvival(Infinity, 1e-3), studentTSurvival(1e300, 50)]).toEqual([0, 0]);
  });
});

describe('discrete laws', () => {
  const binomials = [
    [1, 0.3],
    [17, 0.02],
    [40, 0.5],
    [1_000, 0.993],
  ] as const;

  test('binomial: tails are sums of points', () => {
    for (const [trials, chance] of binomials) {
      let below = 0;
      for (let k = 0; k <= trials; k++) {
        below += binomialProbability(k, trials, chance);
        expect(Math.abs(binomialCdf(k, trials, chance) - below)).toBeLessThan(1e-13);
        expect(
          Math.abs(binomialCdf(k, trials, chance) + binomialSurvival(k, trials, chance) - 1),
        ).toBeLessThanOrEqual(2 * ulp);
      }
      expect(below).toBeCloseTo(1, 12);
    }
  });

  test('Poisson: tails are sums of points', () => {
    for (const mean of [0.01, 1, 12.5, 400]) {
      let below = 0;
      for (let count = 0; count <= 3 * mean + 20; count++) {
        below += poissonProbability(count, mean);
        expect(Math.abs(poissonCdf(count, mean) - below)).toBeLessThan(1e-13);
        expect(Math.abs(poissonCdf(count, mean) + poissonSurvival(count, mean) - 1)).toBeLessThanOrEqual(
          2 * ulp,
        );
      }
      expect(below).toBeCloseTo(1, 12);
    }
  });

  test('quantiles are the smallest integers that reach the probability', () => {
    for (const chance of [1e-300, 1e-9, 0.1, 0.5, 0.9, 1 - 1e-9]) {
      for (const [trials, success] of binomials) {
        const k = binomialQuantile(chance, trials, success);
        expect(binomialCdf(k, trials, success)).toBeGreaterThanOrEqual(chance);
        expect(binomialCdf(k - 1, trials, success)).toBeLessThan(chance);
        const upper = binomialUpperQuantile(chance, trials, success);
        expect(binomialSurvival(upper, trials, success)).toBeLessThanOrEqual(chance);
        expect(binomialSurvival(upper - 1, trials, success)).toBeGreaterThan(chance);
      }
      for (const mean of [0.01, 12.5, 1e5]) {
        const count = poissonQuantile(chance, mean);
        expect(poissonCdf(count, mean)).toBeGreaterThanOrEqual(chance);
        expect(poissonCdf(count - 1, mean)).toBeLessThan(chance);
        const upper = poissonUpperQuantile(chance, mean);
        expect(poissonSurvival(upper, mean)).toBeLessThanOrEqual(chance);
        expect(poissonSurvival(upper - 1, mean)).toBeGreaterThan(chance);
      }
    }
  });

  test('quantiles undo their own tails', () => {
    for (const k of [0, 3, 20, 39]) {
      expect(binomialQuantile(binomialCdf(k, 40, 0.5), 40, 0.5)).toBe(k);
      expect(binomialUpperQuantile(binomialSurvival(k, 40, 0.5), 40, 0.5)).toBe(k);
      expect(poissonQuantile(poissonCdf(k, 9), 9)).toBe(k);
      expect(poissonUpperQuantile(poissonSurvival(k, 9), 9)).toBe(k);
    }
  });

  test('limits', () => {
    expect(binomialProbability(0, 0, 0.4)).toBe(1);
    expect([binomialProbability(0, 5, 0), binomialProbability(1, 5, 0)]).toEqual([1, 0]);
    expect([binomialProbability(5, 5, 1), binomialProbability(4, 5, 1)]).toEqual([1, 0]);
    expect([binomialProbability(-1, 5, 0.5), binomialProbability(6, 5, 0.5)]).toEqual([0, 0]);
    expect([binomialCdf(-1, 5, 0.5), binomialCdf(5, 5, 0.5)]).toEqual([0, 1]);
    expect([binomialSurvival(-1, 5, 0.5), binomialSurvival(5, 5, 0.5)]).toEqual([1, 0]);
    expect([binomialCdf(2, 5, 0), binomialSurvival(2, 5, 1)]).toEqual([1, 1]);
    expect([binomialQuantile(0, 5, 0.5), binomialQuantile(1, 5, 0.5)]).toEqual([0, 5]);
    expect([binomialQuantile(0.5, 5, 0), binomialQuantile(0.5, 5, 1)]).toEqual([0, 5]);
    expect(binomialProbability(0, 0, 1)).toBe(1);
    expect([binomialQuantile(0, 5, 0), binomialQuantile(1, 5, 1)]).toEqual([0, 5]);
    expect([binomialUpperQuantile(1, 5, 0), binomialUpperQuantile(0, 5, 1)]).toEqual([0, 5]);
    for (const count of [-1, -2, -7]) {
      for (const mean of [0.5, 2]) {
        expect(poissonProbability(count, mean)).toBe(0);
        expect([poissonCdf(count, mean), poissonSurvival(count, mean)]).toEqual([0, 1]);
      }
    }
    expect([poissonQuantile(1, 2), poissonUpperQuantile(0, 2)]).toEqual([Infinity, Infinity]);
  });
});

test.each([
  ['x', 'out-of-range', () => chiSquareCdf(-1, 1)],
  ['degreesOfFreedom', 'out-of-range', () => chiSquareCdf(1, 0)],
  ['x', 'out-of-range', () => chiSquareSurvival(-1, 1)],
  ['degreesOfFreedom', 'out-of-range', () => chiSquareSurvival(1, 0)],
  ['probability', 'invalid-probability', () => chiSquareQuantile(2, 1)],
  ['degreesOfFreedom', 'out-of-range', () => chiSquareQuantile(0.5, 0)],
  ['probability', 'invalid-probability', () => chiSquareUpperQuantile(-1, 1)],
  ['degreesOfFreedom', 'out-of-range', () => chiSquareUpperQuantile(0.5, Number.NaN)],
  ['x', 'out-of-range', () => normalCdf(Number.NaN)],
  ['x', 'out-of-range', () => normalSurvival(Number.NaN)],
  ['probability', 'invalid-probability', () => normalQuantile(-0.5)],
  ['probability', 'invalid-probability', () => normalUpperQuantile(1.5)],
  ['t', 'out-of-range', () => studentTSurvival(Number.NaN, 2)],
  ['degreesOfFreedom', 'out-of-range', () => studentTCdf(1, -2)],
  ['probability', 'invalid-probability', () => studentTQuantile(1.5, 2)],
  ['degreesOfFreedom', 'out-of-range', () => studentTUpperQuantile(0.5, 0)],
  ['successes', 'out-of-range', () => binomialProbability(0.5, 1, 0.5)],
  ['trials', 'out-of-range', () => binomialProbability(0, -1, 0.5)],
  ['probability', 'invalid-probability', () => binomialProbability(0, 1, 1.5)],
  ['successes', 'out-of-range', () => binomialCdf(0.5, 1, 0.5)],
  ['trials', 'out-of-range', () => binomialCdf(0, 2e13, 0.5)],
  ['trials', 'out-of-range', () => binomialCdf(0, -1, 0.5)],
  ['probability', 'invalid-probability', () => binomialCdf(0, 1, -0.5)],
  ['successes', 'out-of-range', () => binomialSurvival(0.5, 1, 0.5)],
  ['trials', 'out-of-range', () => binomialSurvival(0, 1.5, 0.5)],
  ['probability', 'invalid-probability', () => binomialSurvival(0, 1, 1.5)],
  ['probability', 'invalid-probability', () => binomialQuantile(1.5, 1, 0.5)],
  ['trials', 'out-of-range', () => binomialQuantile(0.5, -1, 0.5)],
  ['successProbability', 'invalid-probability', () => binomialQuantile(0.5, 1, Number.NaN)],
  ['probability', 'invalid-probability', () => binomialUpperQuantile(1.5, 1, 0.5)],
  ['trials', 'out-of-range', () => binomialUpperQuantile(0.5, 1.5, 0.5)],
  ['successProbability', 'invalid-probability', () => binomialUpperQuantile(0.5, 1, -0.5)],
  ['count', 'out-of-range', () => poissonProbability(0.5, 1)],
  ['mean', 'out-of-range', () => poissonProbability(1, 0)],
  ['count', 'out-of-range', () => poissonCdf(1.5, 1)],
  ['mean', 'out-of-range', () => poissonCdf(1, 0)],
  ['count', 'out-of-range', () => poissonSurvival(1.5, 1)],
  ['mean', 'out-of-range', () => poissonSurvival(1, Infinity)],
  ['probability', 'invalid-probability', () => poissonQuantile(Number.NaN, 1)],
  ['mean', 'out-of-range', () => poissonQuantile(0.5, 0)],
  ['probability', 'invalid-probability', () => poissonUpperQuantile(-0.5, 1)],
  ['mean', 'out-of-range', () => poissonUpperQuantile(0.5, 0)],
  ['trials', 'out-of-range', () => clopperPearsonInterval(0, 0)],
  ['successes', 'out-of-range', () => clopperPearsonInterval(-1, 3)],
  ['successes', 'out-of-range', () => clopperPearsonInterval(4, 3)],
  ['confidence', 'invalid-probability', () => clopperPearsonInterval(1, 3, { confidence: 1 })],
  ['side', 'out-of-range', () => clopperPearsonInterval(1, 3, { side: 'left' as 'lower' })],
] as const)('an argument outside its range is refused by name: %s', (argument, reason, call) => {
  expectRefusal(call, reason, argument, { message: new RegExp(`^${argument} is `) });
});

test('what an interval asks of its arguments is said', () => {
  expectRefusal(() => clopperPearsonInterval(4, 3), 'out-of-range', 'successes', {
    value: 4,
    message: /^successes is 4 of 3 trials; it must be at most that\.$/,
  });
  expectRefusal(() => clopperPearsonInterval(1, 3, { side: 'left' as 'lower' }), 'out-of-range', 'side', {
    message: /one of two-sided, lower, upper/,
  });
});

test('arguments at the ends of their ranges are taken', () => {
  // Where the mean is 1, the largest and the smallest count that a draw of one trial can give.
  expect([binomialCdf(-5, 0, 0.5), binomialCdf(0, 0, 0.5), binomialSurvival(0, 0, 0.5)]).toEqual([0, 1, 0]);
  expect([binomialQuantile(0.5, 0, 0.5), binomialUpperQuantile(0.5, 0, 0.5)]).toEqual([0, 0]);
  expect(clopperPearsonInterval(0, 1)).toEqual({ lower: 0, upper: expect.closeTo(0.975, 14) });
  expect(clopperPearsonInterval(1, 1)).toEqual({ lower: expect.closeTo(0.025, 14), upper: 1 });
});

describe('the smallest integer that holds', () => {
  test('is found from every start, between ends that are never left', () => {
    for (const [least, most] of [
      [0, 20],
      [3, 3],
      [-7, 9],
    ] as const) {
      for (let smallest = least; smallest <= most; smallest++) {
        for (let start = least - 3; start <= most + 3; start += 0.5) {
          const found = smallestInteger(
            (candidate) => {
              expect(candidate).toBeGreaterThanOrEqual(least);
              expect(candidate).toBeLessThanOrEqual(most);
              return candidate >= smallest;
            },
            start,
            least,
            most,
          );
          expect(found === smallest).toBe(true);
        }
      }
    }
  });

  test('costs a few evaluations near the start, and twice the logarithm of the distance far from it', () => {
    for (const distance of [0, 1, 10, 1000, 1e6]) {
      for (const sign of [1, -1]) {
        let evaluations = 0;
        const smallest = 1e9 + sign * distance;
        const found = smallestInteger(
          (candidate) => {
            evaluations++;
            return candidate >= smallest;
          },
          1e9,
          0,
          Number.MAX_SAFE_INTEGER,
        );
        expect(found).toBe(smallest);
        expect(evaluations).toBeLessThanOrEqual(4 + 2 * Math.log2(1 + distance));
      }
    }
  });
});
