import * as stats from '@foretoken/stats';
import { describe, expect, test } from 'vitest';
import { readFixture } from './read-fixture.js';

type Points = readonly (readonly (number | null)[])[];

const { columns: columnsOf, ...lists } = await readFixture<
  { readonly columns: Readonly<Record<string, readonly string[]>> } & Readonly<Record<string, Points>>
>('special-functions.json');

/** A function of one row; the tests below read the columns by their order in the fixture. */
type Compute = (...row: number[]) => number;

// Results below 1e-300 and inverses without digits are null in the fixture. Tolerances are relative; 1e-12 is
// what the functions promise. Where the rounding of the probability (epsilon / 2) alone moves the result by
// more, the bound is 4 epsilon times the condition number, which the fixture holds.
const promised = 1e-12;

check('logGamma', 'log-gamma', 'logGamma', (x) => stats.logGamma(x), 2e-15);
// log B crosses 0, where the condition number is unbounded.
check('logBeta', 'log-beta', 'logBeta', (a, b) => stats.logBeta(a, b), 1e-14, 'condition');
check('logFactorial', 'log-binomial-coefficient', 'logFactorialN', (n) => stats.logFactorial(n), 2e-15);
check(
  'logBinomialCoefficient',
  'log-binomial-coefficient',
  'logBinomialCoefficient',
  (n, k) => stats.logBinomialCoefficient(n, k),
  1e-14,
);
check('erf', 'erf', 'erf', (x) => stats.erf(x), 2e-15);
check('erfc', 'erf', 'erfc', (x) => stats.erfc(x), 2e-15);
check('normalCdf', 'normal', 'lower', (x) => stats.normalCdf(x), 2e-15);
check('normalSurvival', 'normal', 'upper', (x) => stats.normalSurvival(x), 2e-15);
check('normalCdf', 'normal', 'upper', (x) => stats.normalCdf(-x), 2e-15);
check(
  'normalUpperQuantile',
  'normal',
  'upperQuantileOfUpper',
  (_x, _lower, upper) => stats.normalUpperQuantile(upper),
  2e-15,
);
check('regularisedGammaLower', 'regularised-gamma', 'lower', (shape, x) =>
  stats.regularisedGammaLower(shape, x),
);
check('regularisedGammaUpper', 'regularised-gamma', 'upper', (shape, x) =>
  stats.regularisedGammaUpper(shape, x),
);
check(
  'inverseRegularisedGammaLower',
  'regularised-gamma',
  'inverseOfLower',
  (shape, _x, lower) => stats.inverseRegularisedGammaLower(shape, lower),
  promised,
  'conditionOfLower',
);
check(
  'inverseRegularisedGammaUpper',
  'regularised-gamma',
  'inverseOfUpper',
  (shape, _x, _lower, upper) => stats.inverseRegularisedGammaUpper(shape, upper),
  promised,
  'conditionOfUpper',
);
check('chiSquareCdf', 'regularised-gamma', 'lower', (shape, x) => stats.chiSquareCdf(2 * x, 2 * shape));
check('chiSquareSurvival', 'regularised-gamma', 'upper', (shape, x) =>
  stats.chiSquareSurvival(2 * x, 2 * shape),
);
check(
  'chiSquareQuantile',
  'regularised-gamma',
  'inverseOfLower',
  (shape, _x, lower) => stats.chiSquareQuantile(lower, 2 * shape) / 2,
  promised,
  'conditionOfLower',
);
check(
  'chiSquareUpperQuantile',
  'regularised-gamma',
  'inverseOfUpper',
  (shape, _x, _lower, upper) => stats.chiSquareUpperQuantile(upper, 2 * shape) / 2,
  promised,
  'conditionOfUpper',
);
check('regularisedBetaLower', 'regularised-beta', 'lower', (a, b, x) => stats.regularisedBetaLower(a, b, x));
check('regularisedBetaUpper', 'regularised-beta', 'upper', (a, b, x) => stats.regularisedBetaUpper(a, b, x));
check(
  'inverseRegularisedBetaLower',
  'regularised-beta',
  'inverseOfLower',
  (a, b, _x, lower) => stats.inverseRegularisedBetaLower(a, b, lower),
  promised,
  'conditionOfLower',
);
check(
  'inverseRegularisedBetaUpper',
  'regularised-beta',
  'inverseOfUpper',
  (a, b, _x, _lower, upper) => stats.inverseRegularisedBetaUpper(a, b, upper),
  promised,
  'conditionOfUpper',
);
check('binomialProbability', 'binomial', 'point', (k, n, chance) => stats.binomialProbability(k, n, chance));
check('binomialCdf', 'binomial', 'lower', (k, n, chance) => stats.binomialCdf(k, n, chance));
check('binomialSurvival', 'binomial', 'upper', (k, n, chance) => stats.binomialSurvival(k, n, chance));
test('binomial quantiles: just below and just above a tail', () => {
  const slack = 1e-9;
  let compared = 0;
  for (const [successes, trials, chance, point, lower, upper] of lists[
    'binomial'
  ] as readonly (readonly number[])[]) {
    // Far from 0 and 1, so that a billionth of the tail lies within the step.
    if (!(successes! > 0 && point! > 1e-6 && lower! > 1e-6 && upper! > 1e-6)) continue;
    compared += 1;
    expect(stats.binomialQuantile(lower! * (1 - slack), trials!, chance!)).toBe(successes);
    expect(stats.binomialQuantile(lower! * (1 + slack), trials!, chance!)).toBe(successes! + 1);
    expect(stats.binomialUpperQuantile(upper! * (1 + slack), trials!, chance!)).toBe(successes);
    expect(stats.binomialUpperQuantile(upper! * (1 - slack), trials!, chance!)).toBe(successes! + 1);
  }
  expect(compared).toBeGreaterThan(100);
});
check('poissonProbability', 'poisson', 'point', (count, mean) => stats.poissonProbability(count, mean));
check('poissonCdf', 'poisson', 'lower', (count, mean) => stats.poissonCdf(count, mean));
check('poissonSurvival', 'poisson', 'upper', (count, mean) => stats.poissonSurvival(count, mean));
check('studentTCdf', 'student-t', 'lower', (t, degrees) => stats.studentTCdf(t, degrees));
check('studentTSurvival', 'student-t', 'upper', (t, degrees) => stats.studentTSurvival(t, degrees));
check('studentTCdf', 'student-t', 'upper', (t, degrees) => stats.studentTCdf(-t, degrees));
check(
  'studentTUpperQuantile',
  'student-t',
  'upperQuantileOfUpper',
  (_t, degrees, _lower, upper) => stats.studentTUpperQuantile(upper, degrees),
  promised,
  'condition',
);
check(
  'clopperPearsonInterval',
  'clopper-pearson',
  'lower',
  (k, n, confidence) => stats.clopperPearsonInterval(k, n, { confidence }).lower,
);
check(
  'clopperPearsonInterval',
  'clopper-pearson',
  'upper',
  (k, n, confidence) => stats.clopperPearsonInterval(k, n, { confidence }).upper,
);
check('kolmogorovSmirnovCdf', 'kolmogorov-smirnov', 'lower', (statistic, n) =>
  stats.kolmogorovSmirnovCdf(statistic, n),
);
check('kolmogorovSmirnovSurvival', 'kolmogorov-smirnov', 'upper', (statistic, n) =>
  stats.kolmogorovSmirnovSurvival(statistic, n),
);
check('kolmogorovLimitCdf', 'kolmogorov-limit', 'lower', (x) => stats.kolmogorovLimitCdf(x), 1e-13);
check('kolmogorovLimitSurvival', 'kolmogorov-limit', 'upper', (x) => stats.kolmogorovLimitSurvival(x), 1e-13);

function check(
  name: string,
  list: string,
  column: string,
  compute: Compute,
  tolerance = promised,
  condition?: string,
): void {
  describe(list, () => {
    const columns = columnsOf[list] ?? [];
    const points = lists[list] ?? [];
    const at = columns.indexOf(column);
    const conditionAt = condition === undefined ? -1 : columns.indexOf(condition);
    test(`${name}: ${column} within ${tolerance}`, () => {
      expect(at).toBeGreaterThan(0);
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
