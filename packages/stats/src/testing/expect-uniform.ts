import { expect } from 'vitest';
import { kolmogorovSmirnovTest } from '../goodness-of-fit/kolmogorov-smirnov-test.js';
import { falseAlarmBudget } from './false-alarm-budget.js';

/** P-values under a true hypothesis are uniform; a correct package fails this as often as the budget says. */
export function expectUniform(pValues: readonly number[]): void {
  expect(kolmogorovSmirnovTest(pValues).pValue).toBeGreaterThan(
    falseAlarmBudget.alphaOf('p-values are uniform'),
  );
}
