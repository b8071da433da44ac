import { poissonProbability } from '../distributions/poisson-probability.js';
import { logGammaOnePlus } from '../special/log-gamma-one-plus.js';
import { type Divergence, divergenceTerm } from './divergence.js';

/** How extreme a table of counts is: its own improbability, or a distance from the expected counts. */
export type MultinomialStatistic = 'probability' | Divergence;

/** Statistics that differ by less than this share of their size differ by rounding only. */
const equalShare = 1e-11;

/**
 * One cell's part of a statistic that is a sum over cells. For `probability` the sum and statisticShift make
 * -2 log(probability of the table).
 */
export function statisticTerm(statistic: MultinomialStatistic, observed: number, expected: number): number {
  if (statistic !== 'probability') return divergenceTerm(statistic, observed, expected);
  // -2 (O log E - E - log O!): the cells as independent Poisson counts.
  return 2 * (logGammaOnePlus(observed) + expected - observed * Math.log(expected));
}

/** What the terms' sum lacks: for `probability`, the part that is the same for all tables of one total. */
export function statisticShift(statistic: MultinomialStatistic, count: number): number {
  return statistic === 'probability' ? 2 * Math.log(poissonProbability(count, count)) : 0;
}

/** -1, 0 or 1 as a statistic is below, equal to or above a threshold, up to rounding. */
export function compareStatistics(value: number, threshold: number): number {
  const tolerance = equalShare * Math.max(1, Math.abs(threshold));
  return value > threshold + tolerance ? 1 : value < threshold - tolerance ? -1 : 0;
}
