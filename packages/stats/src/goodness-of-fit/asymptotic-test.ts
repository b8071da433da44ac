import { chiSquareSurvival } from '../distributions/chi-square-survival.js';
import { type Divergence, divergenceTerm } from './divergence.js';
import type { GoodnessOfFit } from './goodness-of-fit.js';
import { testedCells } from './tested-cells.js';

/** A test whose statistic follows a chi-square law for many observations. */
export interface AsymptoticGoodnessOfFit extends GoodnessOfFit {
  /** Cells - 1. */
  readonly degreesOfFreedom: number;
}

/** Expectation below which cells are pooled, where the chi-square law is an approximation. */
export const usualMinimumExpected = 5;

/** Goodness of fit by a divergence and its limit law; the public functions name the divergence. */
export function asymptoticTest(
  divergence: Divergence,
  counts: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  minimumExpected: number,
): AsymptoticGoodnessOfFit {
  const tested = testedCells(counts, probabilities, minimumExpected);
  const degreesOfFreedom = tested.cells.length - 1;
  if (tested.impossible.length > 0) return { statistic: Infinity, pValue: 0, degreesOfFreedom, ...tested };
  // One cell holds everything, expected or observed.
  if (degreesOfFreedom === 0) return { statistic: 0, pValue: 1, degreesOfFreedom, ...tested };
  let statistic = 0;
  for (const { observed, expected } of tested.cells) {
    statistic += divergenceTerm(divergence, observed, expected);
  }
  return { statistic, pValue: chiSquareSurvival(statistic, degreesOfFreedom), degreesOfFreedom, ...tested };
}
