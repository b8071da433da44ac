import { binomialQuantile } from '../distributions/binomial-quantile.js';
import { binomialUpperQuantile } from '../distributions/binomial-upper-quantile.js';
import { createFalseAlarmLedger, type FalseAlarmLedger } from '../multiple-testing/false-alarm-ledger.js';

/**
 * How often a correct package fails its own tests, if they were run with new seeds: the one place that says so. The
 * thresholds of those tests are computed from it. Checks that
 * leave more than six standard deviations are not listed.
 */
export const falseAlarmBudget: FalseAlarmLedger = createFalseAlarmLedger([
  // The stated goal: at 95 %, 459 of 500 intervals cover.
  { name: 'coverage in 500 runs', alpha: 1e-3, count: 7 },
  { name: 'coverage in 200 or 300 runs', alpha: 5e-5, count: 2 },
  { name: 'coverage at all times', alpha: 5e-6, count: 5 },
  { name: 'level of a test', alpha: 5e-6, count: 6 },
  { name: 'level at all times', alpha: 5e-6, count: 3 },
  { name: 'power of a test', alpha: 5e-6, count: 5 },
  { name: 'a share of shuffles', alpha: 5e-5, count: 2 },
  { name: 'equal laws are not told apart', alpha: 1e-4, count: 8 },
  { name: 'p-values are uniform', alpha: 5e-5, count: 19 },
]);

/** Most of `runs` that may do what each does with probability `rate` at most. */
export function mostHits(check: string, runs: number, rate: number): number {
  return binomialUpperQuantile(falseAlarmBudget.alphaOf(check), runs, rate);
}

/** Fewest of `runs` that must do what each does with probability `rate` at least. */
export function fewestHits(check: string, runs: number, rate: number): number {
  return binomialQuantile(falseAlarmBudget.alphaOf(check), runs, rate);
}
