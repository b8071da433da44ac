import { bootstrapMean } from '@foretoken/stats';
import { seededRandom } from '../../packages/stats/src/testing/seeded-random.js';
import { mean } from './means.js';

const seed = 20_261_129;

/** A geometric mean with a 95 % bootstrap interval over prompts, which is undefined for one prompt. */
export interface MeanRatio {
  readonly ratio: number;
  readonly interval95: readonly [lower: number, upper: number] | undefined;
  readonly prompts: number;
}

/** The geometric mean of ratios, one a prompt; undefined where there are none. */
export function meanRatio(logs: readonly number[]): MeanRatio | undefined {
  if (logs.length === 0) return undefined;
  const varies = logs.some((log) => log !== logs[0]);
  const interval =
    logs.length > 1 && varies
      ? bootstrapMean({ sums: logs, counts: logs.map(() => 1) }, { random: seededRandom(seed) })
      : undefined;
  return {
    ratio: Math.exp(mean(logs)),
    interval95: interval && [Math.exp(interval.lower), Math.exp(interval.upper)],
    prompts: logs.length,
  };
}
