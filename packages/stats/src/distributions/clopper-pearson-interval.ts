import { requireInteger, requireOneOf, requireOpenProbability, requireTrials } from '../errors/require.js';
import { StatisticsError } from '../errors/statistics-error.js';
import { invertBeta } from '../special/invert-beta.js';

export interface ClopperPearsonOptions {
  /** Least probability that the interval covers the true one, above 0 and below 1. Default 0.95. */
  readonly confidence?: number;
  /**
   * `two-sided` (default) leaves half of the error at either end; `lower` gives a lower bound and 1,
   * `upper` gives 0 and an upper bound.
   */
  readonly side?: 'two-sided' | 'lower' | 'upper';
}

/** Bounds of a probability, 0 <= lower <= upper <= 1. */
export interface ProbabilityInterval {
  readonly lower: number;
  readonly upper: number;
}

/**
 * Exact confidence interval for the probability of success behind `successes` of `trials`. It covers the true
 * probability with at least the stated confidence at every n, never less.
 *
 * The lower bound is the alpha quantile of the beta law with shapes k and n - k + 1, the upper bound the upper
 * alpha quantile of the one with shapes k + 1 and n - k (alpha halved where both are wanted); 0 where k = 0, 1
 * where k = n. Time grows like the square root of the trials.
 *
 * Source: Clopper & Pearson, Biometrika 26 (1934); in beta quantiles: Brown, Cai & DasGupta, Statistical
 * Science 16 (2001), equation 4.
 *
 * @param successes k, an integer, 0 to n.
 * @param trials n, an integer, 1 to 1e13.
 * @throws StatisticsError where an argument is outside its range.
 */
export function clopperPearsonInterval(
  successes: number,
  trials: number,
  options: ClopperPearsonOptions = {},
): ProbabilityInterval {
  const { confidence = 0.95, side = 'two-sided' } = options;
  requireTrials(trials, 'trials', 1);
  requireInteger(successes, 'successes', 0);
  requireOpenProbability(confidence, 'confidence');
  requireOneOf(side, 'side', ['two-sided', 'lower', 'upper']);
  if (successes > trials) {
    throw new StatisticsError(`successes is ${successes} of ${trials} trials; it must be at most that.`, {
      reason: 'out-of-range',
      argument: 'successes',
      value: successes,
    });
  }
  const error = side === 'two-sided' ? (1 - confidence) / 2 : 1 - confidence;
  const failures = trials - successes;
  return {
    lower: side === 'upper' || successes === 0 ? 0 : invertBeta(successes, failures + 1, 'lower', error).x,
    upper: side === 'lower' || failures === 0 ? 1 : invertBeta(successes + 1, failures, 'upper', error).x,
  };
}
