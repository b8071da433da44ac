import { kolmogorovSmirnovBridge } from './kolmogorov-smirnov-bridge.js';
import { pelzGood } from './pelz-good.js';
import { smirnovSurvival } from './smirnov-survival.js';

/** Up to this sample size the law is exact everywhere; beyond it only its upper tail is. */
const largestBridge = 10_000;

/** From here on both boundaries are reached with less than 1e-13 of the chance of one. */
const onlyOneBoundary = 5;

/** Both tails of the two-sided statistic D_n: P(D_n < d) and P(D_n >= d). */
export function kolmogorovSmirnovTails(
  statistic: number,
  sampleSize: number,
): { readonly lower: number; readonly upper: number } {
  if (statistic * sampleSize <= 0.5) return { lower: 0, upper: 1 };
  if (statistic >= 1) return { lower: 1, upper: 0 };
  if (statistic >= 0.5 || sampleSize * statistic * statistic >= onlyOneBoundary) {
    const upper = 2 * smirnovSurvival(statistic, sampleSize);
    return { lower: 1 - upper, upper };
  }
  if (sampleSize > largestBridge) {
    const lower = pelzGood(statistic, sampleSize);
    return { lower, upper: 1 - lower };
  }
  const { inside, outside } = kolmogorovSmirnovBridge(statistic, sampleSize);
  return { lower: inside, upper: outside };
}
