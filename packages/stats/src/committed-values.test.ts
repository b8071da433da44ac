import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import * as stats from './index.js';

interface Values {
  readonly columns: readonly string[];
  readonly points: readonly (readonly (number | null)[])[];
}

/** A function of one row; the tests below read the columns by their order in the file. */
type Compute = (...row: number[]) => number;

// Results below 1e-300 and inverses without digits are null in the files. Tolerances are relative; 1e-12 is
// what the functions promise. Where the rounding of the probability (epsilon / 2) alone moves the result by
// more, the bound is 4 epsilon times the condition number, which the file holds.
const promised = 1e-12;

check('log-gamma', 'logGamma', (x) => stats.logGamma(x), 2e-15);
// log B crosses 0, where the condition number is unbounded.
check('log-beta', 'logBeta', (a, b) => stats.logBeta(a, b), 1e-14, 'condition');
check('log-binomial-coefficient', 'logFactorialN', (n) => stats.logFactorial(n), 2e-15);
check(
  'log-binomial-coefficient',
  'logBinomialCoefficient',
  (n, k) => stats.logBinomialCoefficient(n, k),
  1e-14,
);
check('erf', 'erf', (x) => stats.erf(x), 2e-15);
check('erf', 'erfc', (x) => stats.erfc(x), 2e-15);
check('normal', 'lower', (x) => stats.normalCdf(x), 2e-15);
check('normal', 'upper', (x) => stats.normalSurvival(x), 2e-15);
check('normal', 'upper', (x) => stats.normalCdf(-x), 2e-15);
check('normal', 'upperQuantileOfUpper', (_x, _lower, upper) => stats.normalUpperQuantile(upper), 2e-15);
check('regularised-gamma', 'lower', (shape, x) => stats.regularisedGammaLower(shape, x));
check('regularised-gamma', 'upper', (shape, x) => stats.regularisedGammaUpper(shape, x));
check(
  'regularised-gamma',
  'inverseOfLower',
  (shape, _x, lower) => stats.inverseRegularisedGammaLower(shape, lower),
  promised,
  'conditionOfLower',
);
check(
  'regularised-gamma',
  'inverseOfUpper',
  (shape, _x, _lower, upper) => stats.inverseRegularisedGammaUpper(shape, upper),
  promised,
  'conditionOfUpper',
);
check('regularised-gamma', 'lower', (shape, x) => stats.chiSquareCdf(2 * x, 2 * shape));
check('regularised-gamma', 'upper', (shape, x) => stats.chiSquareSurvival(2 * x, 2 * shape));
check(
  'regularised-gamma',
  'inverseOfLower',
  (shape, _x, lower) => stats.chiSquareQuantile(lower, 2 * shape) / 2,
  promised,
  'conditionOfLower',
);
check(
  'regularised-gamma',
  'inverseOfUpper',
  (shape, _x, _lower, upper) => stats.chiSquareUpperQuantile(upper, 2 * shape) / 2,
  promised,
  'conditionOfUpper',
);
check('regularised-beta', 'lower', (a, b, x) => stats.regularisedBetaLower(a, b, x));
check('regularised-beta', 'upper', (a, b, x) => stats.regularisedBetaUpper(a, b, x));
check(
  'regularised-beta',
  'inverseOfLower',
  (a, b, _x, lower) => stats.inverseRegularisedBetaLower(a, b, lower),
  promised,
  'conditionOfLower',
);
check(
  'regularised-beta',
  'inverseOfUpper',
  (a, b, _x, _lower, upper) => stats.inverseRegularisedBetaUpper(a, b, upper),
  promised,
  'conditionOfUpper',
);
check('binomial', 'point', (k, n, chance) => stats.binomialProbability(k, n, chance));
check('binomial', 'lower', (k, n, chance) => stats.binomialCdf(k, n, chance));
check('binomial', 'upper', (k, n, chance) => stats.binomialSurvival(k, n, chance));
check('poisson', 'point', (count, mean) => stats.poissonProbability(count, mean));
check('poisson', 'lower', (count, mean) => stats.poissonCdf(count, mean));
check('poisson', 'upper', (count, mean) => stats.poissonSurvival(count, mean));
check('student-t', 'lower', (t, degrees) => stats.studentTCdf(t, degrees));
check('student-t', 'upper', (t, degrees) => stats.studentTSurvival(t, degrees));
check('student-t', 'upper', (t, degrees) => stats.studentTCdf(-t, degrees));
check(
  'student-t',
  'upperQuantileOfUpper',
  (_t, degrees, _lower, upper) => stats.studentTUpperQuantile(upper, degrees),
  promised,
  'condition',
);
check(
  'clopper-pearson',
  'lower',
  (k, n, confidence) => stats.clopperPearsonInterval(k, n, { confidence }).lower,
);
check(
  'clopper-pearson',
  'upper',
  (k, n, confidence) => stats.clopperPearsonInterval(k, n, { confidence }).upper,
);
check('kolmogorov-smirnov', 'lower', (statistic, n) => stats.kolmogorovSmirnovCdf(statistic, n));
check('kolmogorov-smirnov', 'upper', (statistic, n) => stats.kolmogorovSmirnovSurvival(statistic, n));
check('kolmogorov-limit', 'lower', (x) => stats.kolmogorovLimitCdf(x), 1e-13);
check('kolmogorov-limit', 'upper', (x) => stats.kolmogorovLimitSurvival(x), 1e-13);

function check(
  file: string,
  column: string,
  compute: Compute,
  tolerance = promised,
  condition?: string,
): void {
  describe(file, () => {
    const { columns, points } = read(file);
    const at = columns.indexOf(column);
    const conditionAt = condition === undefined ? -1 : columns.indexOf(condition);
    test(`${compute.toString().replaceAll(/\s+/g, ' ')} is ${column} within ${tolerance}`, () => {
      const worse: string[] = [];
      let compared = 0;
      for (const point of points) {
        const expected = point[at] ?? null;
        if (expected === null) continue;
        compared += 1;
        const actual = compute(...(point as number[]));
        const bound = Math.max(tolerance, 4 * Number.EPSILON * (point[conditionAt] ?? 0));
        if (!(Math.abs(actual - expected) <= bound * Math.abs(expected))) {
          worse.push(`${JSON.stringify(point)}: ${actual} instead of ${expected}`);
        }
      }
      expect(worse).toEqual([]);
      expect(compared).toBeGreaterThanOrEqual(90);
    });
  });
}

function read(file: string): Values {
  return JSON.parse(readFileSync(new URL(`../test-values/${file}.json`, import.meta.url), 'utf8')) as Values;
}
