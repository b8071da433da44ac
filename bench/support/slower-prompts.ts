import { adjustHolm, studentTSurvival, studentTUpperQuantile } from '@foretoken/stats';
import { deviation, mean } from './means.js';

/** Chance of so slow a mean, were the prompt as fast as plainly: one-sided paired t test on logs of speed ratios. */
function slowerPValue(logs: readonly number[]): number {
  if (logs.length < 2) return 1;
  const t = mean(logs) / (deviation(logs) / Math.sqrt(logs.length));
  return Number.isNaN(t) ? 1 : studentTSurvival(-t, logs.length - 1);
}

/**
 * Prompts that are slower than plainly, at a level that holds for all of them together (Holm).
 *
 * @param logs of the speed over plain decoding, [prompts][repeats].
 */
export function slowerPrompts(
  logs: readonly (readonly number[])[],
  level: number,
): { readonly index: number; readonly adjusted: number }[] {
  const adjusted = adjustHolm(logs.map(slowerPValue));
  return logs.flatMap((_, index) => {
    const value = adjusted[index] as number;
    return value <= level ? [{ index, adjusted: value }] : [];
  });
}

/** The slowdown of one prompt, as a share of its speed, that the test above finds half of the time. */
export function slowdownFoundHalfOfTheTime(logs: readonly (readonly number[])[], level: number): number {
  const repeats = Math.min(...logs.map(({ length }) => length));
  const noise = Math.sqrt(mean(logs.map((own) => deviation(own) ** 2)));
  const t = studentTUpperQuantile(level / logs.length, repeats - 1);
  return 1 - Math.exp((-t * noise) / Math.sqrt(repeats));
}
