import { describe, expect, test, vi } from 'vitest';
import { randomOfEachTest } from '../testing/random-of-each-test.js';
import { betaLogitDensity, betaTails } from './beta-tails.js';
import { erfSeries, erfSeriesEnd } from './erf-series.js';
import { gammaLogDensity, gammaTails } from './gamma-tails.js';
import { guessOdds, invertBeta } from './invert-beta.js';
import { guessGamma, invertGamma } from './invert-gamma.js';
import { invertTails } from './invert-tails.js';
import { log1pMinus } from './log1p-minus.js';
import { logBeta } from './log-beta.js';
import { logGamma } from './log-gamma.js';
import { logGammaIncrement } from './log-gamma-increment.js';
import { logGammaOnePlus } from './log-gamma-one-plus.js';
import { expOfMinusSquare, scaledErfc } from './scaled-erfc.js';
import { stirlingError } from './stirling-error.js';
import { logGammaStirling, stirlingSeries, stirlingSeriesIncrement } from './stirling-series.js';
import { productError, sumError } from './two-product.js';

// The parts that the functions are made of, each against what it stands for. Points are drawn once, with a fixed seed.
const random = randomOfEachTest(20261128);
const logUniform = (low: number, high: number): number => low * (high / low) ** random();
const draws = <T>(count: number, draw: () => T): T[] => Array.from({ length: count }, draw);
const ulp = Number.EPSILON;

function expectClose(actual: number, expected: number, tolerance: number): void {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(tolerance * Math.abs(expected));
}

test('what a rounded product and a rounded sum lack is exact', () => {
  for (let point = 0; point < 200; point++) {
    const [left, right] = draws(2, () => Math.floor(2 ** 52 * random()) + 1) as [number, number];
    const product = left * right;
    expect(BigInt(productError(left, right, product))).toBe(BigInt(left) * BigInt(right) - BigInt(product));
    const larger = left * 2 ** Math.floor(20 * random());
    expect(BigInt(sumError(larger, right, larger + right))).toBe(
      BigInt(larger) + BigInt(right) - BigInt(larger + right),
    );
    expect(BigInt(sumError(right, larger, larger + right))).toBe(
      BigInt(larger) + BigInt(right) - BigInt(larger + right),
    );
  }
});

test('log(1 + x) - x keeps its digits near 0, and is that far from it', () => {
  for (const excess of [1e-9, -1e-9, 1e-3, -1e-3, 0.01]) {
    let series = 0;
    for (let power = 12; power >= 2; power--)
      series += ((power % 2 === 0 ? -1 : 1) * excess ** power) / power;
    expectClose(log1pMinus(excess, 1 + excess), series, 4 * ulp);
  }
  for (const excess of [-0.9, -0.51, -0.5, -0.49, -0.3, 0.5, 0.99, 1, 1.01, 7, 1e9]) {
    expectClose(log1pMinus(excess, 1 + excess), Math.log1p(excess) - excess, 1e-14);
  }
  expect(log1pMinus(0, 1)).toBeCloseTo(0, 15);
});

describe('log gamma', () => {
  test('log Γ(1 + x), Stirling and its rest are one function', () => {
    for (const x of draws(300, () => logUniform(1e-6, 1e5))) {
      const value = logGamma(x);
      const scale = 1 + Math.abs(value) + Math.abs(Math.log(x)) + x;
      expect(Math.abs(logGammaOnePlus(x) - value - Math.log(x))).toBeLessThanOrEqual(4 * ulp * scale);
      const stirling = (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI);
      expect(Math.abs(stirlingError(x) - (value - stirling))).toBeLessThanOrEqual(
        8 * ulp * (scale + Math.abs(x * Math.log(x))),
      );
      if (x >= 10) {
        expect(Math.abs(logGammaStirling(x) - value)).toBeLessThanOrEqual(4 * ulp * scale * Math.log(x));
        expect(stirlingSeries(x)).toBe(stirlingError(x));
        // 1 / (12 x) - 1 / (360 x^3) + ..., an enveloping series.
        expect(stirlingSeries(x)).toBeLessThanOrEqual(1 / (12 * x));
        expect(stirlingSeries(x)).toBeGreaterThanOrEqual((1 - 4 * ulp) * (1 / (12 * x) - 1 / (360 * x ** 3)));
      }
    }
  });

  test('increments are differences, and keep their digits where the step is lost in x', () => {
    for (const x of draws(200, () => logUniform(1e-3, 1e4))) {
      const step = logUniform(1e-2, 1e2);
      const scale =
        1 + Math.abs(logGamma(x + step)) + Math.abs(logGamma(x)) + step * (1 + Math.abs(Math.log(x + step)));
      expect(Math.abs(logGammaIncrement(x, step) - (logGamma(x + step) - logGamma(x)))).toBeLessThanOrEqual(
        16 * ulp * scale,
      );
      if (x < 10) continue;
      expect(
        Math.abs(stirlingSeriesIncrement(x, step) - (stirlingSeries(x + step) - stirlingSeries(x))),
      ).toBeLessThanOrEqual(4 * ulp * stirlingSeries(x));
    }
    // Digamma(x) is near log(x) - 1 / (2 x) - 1 / (12 x^2) + 1 / (120 x^4).
    for (const x of [50, 1e4, 1e15]) {
      const step = 1e-9;
      expectClose(
        logGammaIncrement(x, step),
        step * (Math.log(x) - 1 / (2 * x) - 1 / (12 * x * x) + 1 / (120 * x ** 4)),
        1e-10,
      );
    }
    expectClose(
      stirlingSeriesIncrement(20, 1e-12),
      1e-12 * (-1 / 4800 + 1 / (120 * 20 ** 4) - 1 / (252 * 20 ** 6)),
      1e-9,
    );
  });
});

test('the error function near 0 by its derivatives, far away by its asymptotic series', () => {
  for (const x of [1e-12, 1e-6, 0.01, -0.01]) {
    expectClose(
      erfSeries(x),
      (2 / Math.sqrt(Math.PI)) * (x - x ** 3 / 3 + x ** 5 / 10 - x ** 7 / 42),
      4 * ulp,
    );
  }
  expect(erfSeriesEnd).toBe(0.7);
  // exp(x^2) erfc(x) = (1 - 1 / (2 x^2) + 3 / (4 x^4) - 15 / (8 x^6) + ...) / (x sqrt(pi))
  for (const x of [300, 1e4, 1e8]) {
    const square = 1 / (2 * x * x);
    expectClose(
      scaledErfc(x),
      (1 - square * (1 - 3 * square * (1 - 5 * square))) / (x * Math.sqrt(Math.PI)),
      8 * ulp,
    );
  }
  expectClose(scaledErfc(0), 1, 8 * ulp);
  for (const x of [0.5, 3, 17.25, 26]) {
    expectClose(expOfMinusSquare(x, 1), Math.exp(-x * x), 1e-15);
    expectClose(expOfMinusSquare(x, 0.5), Math.exp(-0.5 * x * x), 1e-15);
  }
  // x^2 is no double, and half a unit of it is worth 1e-13 of the result: the square's error is taken along.
  const x = 25 + 2 ** -40;
  expectClose(expOfMinusSquare(x, 1), Math.exp(-625) * Math.exp(-50 * 2 ** -40), 1e-15);
});

describe('densities', () => {
  test('gamma: x^a e^-x / Γ(a), beside both tails too', () => {
    for (const shape of [1e-3, 0.3, 0.999, 1, 4.5, 90, 3000]) {
      for (const x of draws(30, () => shape * logUniform(0.2, 4) + 1e-3)) {
        const exponent = shape * Math.log(x) - x - logGamma(shape);
        const scale = 1 + Math.abs(shape * Math.log(x)) + x + Math.abs(logGamma(shape));
        // Below, the result has few digits, or none.
        if (exponent > -690) expectClose(gammaLogDensity(shape, x), Math.exp(exponent), 16 * ulp * scale);
        expect(gammaTails(shape, x).density).toBe(gammaLogDensity(shape, x));
      }
      expect(gammaTails(shape, 0)).toEqual({ lower: 0, upper: 1, density: 0 });
    }
  });

  test('gamma, shapes next to 0: the density is a e^-x and the upper tail a E1(x)', () => {
    const shape = 1e-100;
    for (const x of [1e-3, 0.1, 0.9, 1.09, 1.2, 3]) {
      expectClose(gammaLogDensity(shape, x), shape * Math.exp(-x), 4 * ulp);
      // E1(x) = -γ - log x - sum of (-x)^k / (k k!)
      let exponentialIntegral = -0.5772156649015329 - Math.log(x);
      let power = 1;
      for (let k = 1; k < 40; k++) {
        power *= -x / k;
        exponentialIntegral -= power / k;
      }
      expectClose(gammaTails(shape, x).upper, shape * exponentialIntegral, 1e-13);
    }
  });

  test('beta, a first shape next to 0: all but a log(1 / x) lies below x', () => {
    for (const a of [1e-100, 1e-9, 1e-3]) {
      for (const x of [1e-6, 0.3, 0.5, 0.69])
        expectClose(betaTails(a, 1, x, 1 - x).upper, -Math.expm1(a * Math.log(x)), 1e-13);
    }
  });

  test('beta: the distance to the mean keeps what the sum of the shapes rounds off', () => {
    // The sum has one digit too many; 22 standard deviations below the mean that is worth 4e-9 of the density.
    const [a, b] = [2 ** 40 + 2 ** -12, 2 ** 40];
    const [x, y] = [0.5 - 2 ** -17, 0.5 + 2 ** -17];
    const exact = Number(
      BigInt(2 ** 12 * a) * BigInt(2 ** 17 * y) - BigInt(2 ** 12 * b) * BigInt(2 ** 17 * x),
    );
    expectClose(betaLogitDensity(a, b, x, y), betaLogitDensity(a, b, x, y, exact / 2 ** 29), 1e-13);
    expectClose(betaLogitDensity(b, a, y, x), betaLogitDensity(b, a, y, x, -exact / 2 ** 29), 1e-13);
  });

  test('beta: x^a y^b / B(a, b), beside both tails too, and mirrored', () => {
    for (const a of [1e-3, 0.5, 1, 7, 400]) {
      for (const b of [1e-3, 0.5, 1, 7, 400]) {
        for (const odds of draws(20, () => (a / b) * logUniform(0.1, 10))) {
          const [x, y] = [odds / (1 + odds), 1 / (1 + odds)];
          const exponent = a * Math.log(x) + b * Math.log(y) - logBeta(a, b);
          // x and y are rounded, which moves a log(x) by a times as much.
          const scale =
            1 + a + b + Math.abs(a * Math.log(x)) + Math.abs(b * Math.log(y)) + Math.abs(logBeta(a, b));
          expectClose(betaLogitDensity(a, b, x, y), Math.exp(exponent), 32 * ulp * scale);
          const tails = betaTails(a, b, x, y);
          expectClose(tails.density, Math.exp(exponent), 32 * ulp * scale);
          const mirrored = betaTails(b, a, y, x);
          expectClose(mirrored.lower, tails.upper, 1e-12);
          expectClose(mirrored.upper, tails.lower, 1e-12);
          expectClose(mirrored.density, tails.density, 1e-12);
        }
        expect(betaTails(a, b, 0, 1)).toEqual({ lower: 0, upper: 1, density: 0 });
        expect(betaTails(a, b, 1, 0)).toEqual({ lower: 1, upper: 0, density: 0 });
      }
    }
  });
});

describe('the inverse of two tails', () => {
  /** The log-logistic law: lower = v / (1 + v), density of log v = lower x upper. */
  const evaluate = (value: number): { lower: number; upper: number; density: number } => {
    const lower = value === Infinity ? 1 : value / (1 + value);
    const upper = 1 / (1 + value);
    return { lower, upper, density: lower * upper };
  };

  test.each(['lower', 'upper'] as const)('%s: is found from near and far, in few evaluations', (tail) => {
    for (const target of [1e-200, 1e-9, 0.02, 0.5, 0.7, 1 - 1e-9]) {
      const odds = target / (1 - target);
      const expected = tail === 'lower' ? odds : 1 / odds;
      for (const start of [
        expected,
        1.1 * expected,
        0.5 * expected,
        10 * expected,
        1e-3 * expected,
        1,
        0,
        Infinity,
      ]) {
        let evaluations = 0;
        const found = invertTails(
          (value) => {
            evaluations++;
            return evaluate(value);
          },
          tail,
          target,
          start,
        );
        expectClose(found, expected, 1e-13);
        expect(evaluations).toBeLessThan(start > 0.4 * expected && start < 2 * expected ? 8 : 70);
      }
    }
  });

  test.each(['lower', 'upper'] as const)(
    '%s: a law that is far from symmetric takes few evaluations too',
    (tail) => {
      const exponential = (value: number): { lower: number; upper: number; density: number } => ({
        lower: -Math.expm1(-value),
        upper: Math.exp(-value),
        density: value * Math.exp(-value),
      });
      for (const target of [1e-200, 1e-9, 0.02, 0.3, 0.5, 0.7, 1 - 1e-9]) {
        const expected = tail === 'lower' ? -Math.log1p(-target) : -Math.log(target);
        for (const start of [1e-3, 0.5, 1, 1.1, 3, 1e3]) {
          const law = vi.fn(exponential);
          expectClose(invertTails(law, tail, target, start), expected, 1e-13);
          expect(law.mock.calls.length).toBeLessThan(18);
        }
      }
    },
  );

  test('a start at the root is returned at once, and a density that is no density ends the search', () => {
    const flat = vi.fn(() => ({ lower: 0.25, upper: 0.75, density: 0 }));
    expect(invertTails(flat, 'lower', 0.25, 3)).toBe(3);
    expect(flat.mock.calls.length).toBe(1);
    // Steps of a billionth, which never arrive.
    const steep = vi.fn(() => ({ lower: 0.25, upper: 0.75, density: 1e9 }));
    invertTails(steep, 'lower', 0.5, 3);
    expect(steep.mock.calls.length).toBe(200);
  });

  test('a point below the smallest double is 0, and one above the largest Infinity', () => {
    const farLower = (): { lower: number; upper: number; density: number } => ({
      lower: 0.9,
      upper: 0.1,
      density: 0,
    });
    const farUpper = (): { lower: number; upper: number; density: number } => ({
      lower: 0.1,
      upper: 0.9,
      density: 0,
    });
    expect(invertTails(farLower, 'lower', 0.3, 1)).toBe(0);
    expect(invertTails(farUpper, 'upper', 0.3, 1)).toBe(Infinity);
  });

  test('without a density, halves its way', () => {
    for (const scale of [1e-300, 1, 0.4 * Number.MAX_VALUE, 0.9 * Number.MAX_VALUE]) {
      const scaled = (value: number): { lower: number; upper: number; density: number } => ({
        ...evaluate(value / scale),
        density: 0,
      });
      // Above half of the largest double only what was found too large there bounds it.
      for (const start of scale > 1e308 ? [Infinity] : [0, 1, Infinity])
        expectClose(invertTails(scaled, 'lower', 0.5, start), scale, 1e-12);
    }
  });
});

describe('the start of an inverse', () => {
  const probabilities = [1e-12, 1e-4, 0.01, 0.1, 0.3, 0.5, 0.9, 0.99, 1 - 1e-6];
  const tails = ['lower', 'upper'] as const;
  const ratios = (guess: Quantile, exact: Quantile): number[] =>
    tails.flatMap((tail) =>
      probabilities.map((probability) => guess(tail, probability) / exact(tail, probability)),
    );
  type Quantile = (tail: (typeof tails)[number], probability: number) => number;

  test.each([
    [0.51, 0.4],
    [1, 0.25],
    [5, 0.15],
    [20, 0.11],
    [1e3, 0.002],
    [1e6, 1e-5],
  ])('gamma, shape %d: within %d of the root', (shape, error) => {
    const all = ratios(
      (tail, probability) => guessGamma(shape, tail, probability),
      (tail, probability) => invertGamma(shape, tail, probability),
    );
    for (const ratio of all) expect(Math.abs(ratio - 1)).toBeLessThan(error);
  });

  test('gamma, shapes of at most 1/2: x^a / Γ(a + 1) where little lies below', () => {
    for (const shape of [0.1, 0.4, 0.5]) {
      for (const probability of [1e-4, 0.01]) {
        expectClose(
          guessGamma(shape, 'upper', 1 - probability),
          guessGamma(shape, 'lower', probability),
          1e-7,
        );
        const rest = Math.exp((Math.log(probability) + logGammaOnePlus(shape)) / shape);
        expectClose(guessGamma(shape, 'lower', probability), rest, 1e-12);
        expectClose(guessGamma(shape, 'lower', probability), invertGamma(shape, 'lower', probability), 0.01);
      }
    }
    expect(guessGamma(1e-3, 'lower', 0.01)).toBe(Number.MIN_VALUE);
  });

  test('gamma, shapes of at most 1/2: by the cube root far above', () => {
    for (const shape of [0.1, 0.3, 0.5]) {
      for (const probability of [1e-2, 1e-4, 1e-9])
        expectClose(guessGamma(shape, 'upper', probability), invertGamma(shape, 'upper', probability), 0.6);
    }
  });

  test.each([
    [100, 30, 0.26],
    [10, 10, 1.1],
    [1e4, 1e4, 0.001],
    [1e5, 300, 0.031],
  ])('beta, shapes %d and %d: odds within %d', (a, b, error) => {
    const all = ratios(
      (tail, probability) => guessOdds(a, b, tail, probability),
      (tail, probability) => {
        const { x, y } = invertBeta(a, b, tail, probability);
        return x / y;
      },
    );
    for (const ratio of all) expect(Math.abs(ratio - 1)).toBeLessThan(error);
  });
});

test('a point of the beta law and its complement keep their digits, also where one is lost in 1 or underflows', () => {
  expect(invertBeta(1e-3, 1, 'lower', 1e-4)).toEqual({ x: 0, y: 1 });
  expect(invertBeta(1, 1e-3, 'upper', 1e-4)).toEqual({ x: 1, y: 0 });
  for (const probability of [1e-30, 0.2, 0.5]) {
    const { x, y } = invertBeta(1, 1, 'upper', probability);
    expectClose(y, probability, 1e-14);
    expectClose(x, 1 - probability, 1e-14);
    const mirrored = invertBeta(1, 1, 'lower', probability);
    expectClose(mirrored.x, probability, 1e-14);
    expectClose(mirrored.y, 1 - probability, 1e-14);
  }
});
