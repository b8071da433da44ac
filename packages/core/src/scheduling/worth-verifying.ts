/**
 * Most tokens that are left out of the pass. What ends a draft is its last token, and the one before it where two more rows
 * cost little more than one: what comes before was drafted because it pays.
 */
const mostLeftOut = 2;

/**
 * How many tokens of a draft, from the first on, are worth verifying: all, or one or two less, as many as give most expected
 * tokens beyond those that the present rate would bring in the time of the pass. What drafting them took is spent.
 *
 * @param survival chance that all tokens up to each are accepted, [drafted].
 * @param costs milliseconds of a round by draft length, [drafted + 1 or more].
 * @param perToken milliseconds of drafting a token, a part of those.
 * @param rate tokens per millisecond that would be reached otherwise.
 */
export function worthVerifying(
  survival: readonly number[],
  costs: ArrayLike<number>,
  perToken: number,
  rate: number,
): number {
  let best = survival.length;
  let [value, bestValue] = [0, 0];
  for (let length = best - 1; length >= Math.max(0, survival.length - mostLeftOut); length--) {
    const saved = (costs[length + 1] as number) - (costs[length] as number) - perToken;
    value += rate * saved - (survival[length] as number);
    if (value > bestValue) [best, bestValue] = [length, value];
  }
  return best;
}
