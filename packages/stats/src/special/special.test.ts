import { describe, expect, test } from 'vitest';
import {
  erf,
  erfc,
  inverseRegularisedBetaLower,
  inverseRegularisedBetaUpper,
  inverseRegularisedGammaLower,
  inverseRegularisedGammaUpper,
  logBeta,
  logBinomialCoefficient,
  logFactorial,
  logGamma,
  regularisedBetaLower,
  regularisedBetaUpper,
  regularisedGammaLower,
  regularisedGammaUpper,
} from '../index.js';
import { expectRefusal } from '../testing/expect-refusal.js';
import { randomOfEachTest } from '../testing/random-of-each-test.js';

// Laws that hold whatever the values; the values themselves are in the fixtures of the reference. Points are drawn
// once, with a fixed seed: nothing here is a statistical claim.
const random = randomOfEachTest(20261124);
const logUniform = (low: number, high: number): number => low * (high / low) ** random();
const draws = <T>(count: number, draw: () => T): T[] => Array.from({ length: count }, draw);
const ulp = Number.EPSILON;

describe('log gamma', () => {
  test('Γ(x + 1) = x Γ(x)', () => {
    for (const x of draws(500, () => logUniform(1e-3, 1e6))) {
      // The two logarithms cancel, and log Γ(x + 1) is off by log(x) times the rounding of x + 1.
      const scale = Math.abs(logGamma(x)) + Math.abs(x * Math.log(x)) + 1;
      expect(Math.abs(logGamma(x + 1) - logGamma(x) - Math.log(x))).toBeLessThanOrEqual(4 * ulp * scale);
    }
  });

  test('factorials, binomial coefficients and the beta function agree with counting', () => {
    let factorial = 1;
    for (let n = 1; n <= 20; n++) {
      factorial *= n;
      expect(Math.exp(logFactorial(n)) / factorial - 1).toBeCloseTo(0, 13);
    }
    expect(Math.exp(logBinomialCoefficient(52, 5))).toBeCloseTo(2_598_960, 6);
    expect(Math.exp(logBeta(2, 3))).toBeCloseTo(1 / 12, 15);
    expect(logBinomialCoefficient(7, 0)).toBe(0);
    expect(logBinomialCoefficient(7, 7)).toBe(0);
    expect(logGamma(1)).toBe(0);
    expect(logGamma(2)).toBe(0);
  });
});

describe('erf', () => {
  test('erf and erfc are complements, and mirror images', () => {
    for (const x of draws(500, () => 6 * (random() - 0.5))) {
      expect(Math.abs(erf(x) + erfc(x) - 1)).toBeLessThanOrEqual(2 * ulp);
      expect(erf(-x)).toBe(-erf(x));
    }
    expect([erf(0), erf(Infinity), erf(-Infinity)]).toEqual([0, 1, -1]);
    expect([erfc(0), erfc(Infinity), erfc(-Infinity)]).toEqual([1, 0, 2]);
  });
});

describe('incomplete gamma', () => {
  const shapes = [1e-3, 0.2, 1, 3.7, 50, 1e3, 1e6];

  test('both tails add up to 1', () => {
    for (const shape of shapes) {
      for (const x of draws(100, () => shape * logUniform(1e-2, 1e2))) {
        const sum = regularisedGammaLower(shape, x) + regularisedGammaUpper(shape, x);
        expect(Math.abs(sum - 1)).toBeLessThanOrEqual(2 * ulp);
      }
    }
  });

  test('tails are monotone, across the seams between methods too', () => {
    for (const shape of shapes) {
      expectMonotone(
        Array.from({ length: 400 }, (_, step) => shape * 1.02 ** (step - 200)),
        (x) => [regularisedGammaLower(shape, x), regularisedGammaUpper(shape, x)],
      );
    }
  });

  test('Q(a + 1, x) = Q(a, x) + x^a e^-x / Γ(a + 1)', () => {
    for (const shape of [0.5, 1, 8, 40]) {
      for (const x of draws(100, () => shape * logUniform(0.1, 10))) {
        const step = Math.exp(shape * Math.log(x) - x - logGamma(shape + 1));
        const left = regularisedGammaUpper(shape + 1, x);
        expect(Math.abs(left - regularisedGammaUpper(shape, x) - step)).toBeLessThan(1e-13 * left);
      }
    }
  });

  test('inverses return to the point from either tail', () => {
    for (const shape of shapes) {
      for (const x of draws(60, () => shape * logUniform(0.5, 2))) {
        const lower = regularisedGammaLower(shape, x);
        const upper = regularisedGammaUpper(shape, x);
        // The smaller tail determines the point; the other has lost its digits.
        if (lower > 1e-300 && lower <= 0.5) expectClose(inverseRegularisedGammaLower(shape, lower), x, 1e-12);
        if (upper > 1e-300 && upper <= 0.5) {
          // Small shapes put nearly all mass near 0: there the point moves 1 / shape times as much as the tail.
          expectClose(inverseRegularisedGammaUpper(shape, upper), x, 1e-12 * Math.max(1, 1 / shape));
        }
      }
    }
  });

  test('limits', () => {
    expect([regularisedGammaLower(2, 0), regularisedGammaUpper(2, 0)]).toEqual([0, 1]);
    expect([regularisedGammaLower(2, Infinity), regularisedGammaUpper(2, Infinity)]).toEqual([1, 0]);
    expect([inverseRegularisedGammaLower(2, 0), inverseRegularisedGammaLower(2, 1)]).toEqual([0, Infinity]);
    expect([inverseRegularisedGammaUpper(2, 0), inverseRegularisedGammaUpper(2, 1)]).toEqual([Infinity, 0]);
    // x^0.001 is below 1e-4 only for x below 1e-4000.
    expect(inverseRegularisedGammaLower(1e-3, 1e-4)).toBe(0);
  });
});

describe('incomplete beta', () => {
  const shapes = [1e-3, 0.3, 1, 4.5, 80, 1e4, 1e6];

  test('both tails add up to 1, and mirror each other', () => {
    for (const a of shapes) {
      for (const b of shapes) {
        for (const step of draws(20, () => Math.round(random() * 1023 + 0.5))) {
          // A multiple of 1/1024, whose complement is exact.
          const x = step / 1024;
          const lower = regularisedBetaLower(a, b, x);
          expect(Math.abs(lower + regularisedBetaUpper(a, b, x) - 1)).toBeLessThanOrEqual(2 * ulp);
          expectClose(regularisedBetaUpper(b, a, 1 - x), lower, 1e-12);
        }
      }
    }
  });

  test('tails are monotone, across the seams between methods too', () => {
    for (const a of shapes) {
      for (const b of shapes) {
        const odds = a / b;
        expectMonotone(
          Array.from({ length: 100 }, (_, step) => {
            const here = odds * 1.05 ** (step - 50);
            return here / (1 + here);
          }),
          (x) => [regularisedBetaLower(a, b, x), regularisedBetaUpper(a, b, x)],
        );
      }
    }
  });

  test('inverses return to the point from either tail', () => {
    for (const a of [0.3, 1, 4.5, 80, 1e4, 1e6]) {
      for (const b of [0.3, 1, 4.5, 80, 1e4, 1e6]) {
        for (const odds of draws(20, () => (a / b) * logUniform(0.3, 3))) {
          const x = odds / (1 + odds);
          const lower = regularisedBetaLower(a, b, x);
          const upper = regularisedBetaUpper(a, b, x);
          if (lower > 1e-300 && lower <= 0.5) expectClose(inverseRegularisedBetaLower(a, b, lower), x, 1e-12);
          if (upper > 1e-300 && upper <= 0.5) expectClose(inverseRegularisedBetaUpper(a, b, upper), x, 1e-12);
        }
      }
    }
  });

  test('closed forms and limits', () => {
    expect(regularisedBetaLower(1, 1, 0.3)).toBeCloseTo(0.3, 15);
    expectClose(regularisedBetaUpper(1, 7, 0.3), 0.7 ** 7, 1e-14);
    expectClose(regularisedBetaLower(0.5, 0.5, 0.5), 0.5, 1e-14);
    expect([regularisedBetaLower(2, 3, 0), regularisedBetaUpper(2, 3, 0)]).toEqual([0, 1]);
    expect([regularisedBetaLower(2, 3, 1), regularisedBetaUpper(2, 3, 1)]).toEqual([1, 0]);
    expect([inverseRegularisedBetaLower(2, 3, 0), inverseRegularisedBetaLower(2, 3, 1)]).toEqual([0, 1]);
    expect([inverseRegularisedBetaUpper(2, 3, 0), inverseRegularisedBetaUpper(2, 3, 1)]).toEqual([1, 0]);
  });
});

test.each([
  ['x', 'out-of-range', () => logGamma(0)],
  ['x', 'out-of-range', () => logGamma(Number.NaN)],
  ['x', 'out-of-range', () => logGamma(Infinity)],
  ['a', 'out-of-range', () => logBeta(-1, 1)],
  ['b', 'out-of-range', () => logBeta(1, 0)],
  ['n', 'out-of-range', () => logFactorial(1.5)],
  ['n', 'out-of-range', () => logFactorial(-1)],
  ['n', 'out-of-range', () => logBinomialCoefficient(-1, 0)],
  ['k', 'out-of-range', () => logBinomialCoefficient(3, -1)],
  ['k', 'out-of-range', () => logBinomialCoefficient(3, 4)],
  ['x', 'out-of-range', () => erf(Number.NaN)],
  ['x', 'out-of-range', () => erfc(Number.NaN)],
  ['shape', 'out-of-range', () => regularisedGammaLower(0, 1)],
  ['shape', 'out-of-range', () => regularisedGammaLower(1.1e13, 1)],
  ['x', 'out-of-range', () => regularisedGammaLower(1, Number.NaN)],
  ['shape', 'out-of-range', () => regularisedGammaUpper(0, 1)],
  ['x', 'out-of-range', () => regularisedGammaUpper(1, -1)],
  ['shape', 'out-of-range', () => inverseRegularisedGammaLower(-1, 0.5)],
  ['probability', 'invalid-probability', () => inverseRegularisedGammaLower(1, 1.1)],
  ['shape', 'out-of-range', () => inverseRegularisedGammaUpper(Infinity, 0.5)],
  ['probability', 'invalid-probability', () => inverseRegularisedGammaUpper(1, -0.1)],
  ['a', 'out-of-range', () => regularisedBetaLower(Number.NaN, 1, 0.5)],
  ['b', 'out-of-range', () => regularisedBetaLower(1, 0, 0.5)],
  ['x', 'invalid-probability', () => regularisedBetaLower(1, 1, -0.5)],
  ['a', 'out-of-range', () => regularisedBetaUpper(0, 1, 0.5)],
  ['b', 'out-of-range', () => regularisedBetaUpper(1, 2e13, 0.5)],
  ['x', 'invalid-probability', () => regularisedBetaUpper(1, 1, 1.5)],
  ['a', 'out-of-range', () => inverseRegularisedBetaLower(0, 1, 0.5)],
  ['b', 'out-of-range', () => inverseRegularisedBetaLower(1, 0, 0.5)],
  ['probability', 'invalid-probability', () => inverseRegularisedBetaLower(1, 1, -0.1)],
  ['a', 'out-of-range', () => inverseRegularisedBetaUpper(0, 1, 0.5)],
  ['b', 'out-of-range', () => inverseRegularisedBetaUpper(1, 0, 0.5)],
  ['probability', 'invalid-probability', () => inverseRegularisedBetaUpper(1, 1, 1.1)],
] as const)('an argument outside its range is refused by name: %s', (argument, reason, call) => {
  expectRefusal(call, reason, argument, { message: new RegExp(`^${argument} is `) });
});

test('more chosen than there are is said so', () => {
  expectRefusal(() => logBinomialCoefficient(3, 4), 'out-of-range', 'k', {
    value: 4,
    message: /^k is 4 and n is 3; k must be at most n\.$/,
  });
});

function expectClose(actual: number, expected: number, tolerance: number): void {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(tolerance * Math.abs(expected));
}

/** Neighbours may differ the wrong way by the promised error only. */
function expectMonotone(
  points: readonly number[],
  tails: (x: number) => [lower: number, upper: number],
): void {
  let [lastLower, lastUpper] = [0, 1];
  for (const x of points) {
    const [lower, upper] = tails(x);
    expect(lower).toBeGreaterThanOrEqual(lastLower * (1 - 1e-12));
    expect(upper).toBeLessThanOrEqual(lastUpper * (1 + 1e-12));
    [lastLower, lastUpper] = [lower, upper];
  }
}
