import { indicatorLogMoment } from '../equivalence/deviation-slack.js';

/**
 * How far the share of draws inside a fixed set of cells may fall below the set's probability at any time, except with
 * probability alpha over all times together.
 *
 * With M(s) the bound on a centred indicator's log moment generating function of `deviationSlack`, exp(s sum - n M(s))
 * is a nonnegative supermartingale for each s; Ville's inequality with s = 4 / 2^j at level alpha / ((j + 1)(j + 2)),
 * j = 0, 1, ..., gives slack = min over j of (log((j + 1)(j + 2) / alpha) / n + M(s)) / s. Within 6 % of the best s at
 * every n, for the price of log log n.
 * Source: Ville 1939; Howard, Ramdas, McAuliffe & Sekhon 2021, Annals of Statistics 49, 1055-1080 (stitching).
 *
 * @param count n, at least 1.
 * @param minorityMass see deviationSlack.
 * @param alpha above 0, below 1.
 */
export function timeUniformSlack(count: number, minorityMass: number, alpha: number): number {
  let slack = 1;
  // Scales below 1 / n cannot be best: there the first term alone exceeds 1.
  for (let j = 0; 4 / 2 ** j > 1 / count; j++) {
    const scale = 4 / 2 ** j;
    const evidence = Math.log(((j + 1) * (j + 2)) / alpha) / count;
    slack = Math.min(slack, (evidence + indicatorLogMoment(scale, minorityMass)) / scale);
  }
  return slack;
}
