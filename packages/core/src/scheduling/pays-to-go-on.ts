/**
 * Whether a draft is worth another token: some longer draft adds more expected tokens than its further milliseconds
 * would at the present rate. What the tokens so far cost is spent either way. This is the optimal stopping rule that
 * SpecDec++ shows to be a threshold (Huang et al. 2405.19715, theorem 3.1), with measured costs, steps included, in place
 * of two constants. O(longest draft).
 *
 * @param drafted tokens so far, at least 1.
 * @param survival chance that all of them are accepted.
 * @param acceptance conditional acceptance of the token at a position, [longest draft].
 * @param costs milliseconds of a round by draft length, [longest draft + 1].
 * @param rate tokens per millisecond that would be reached otherwise.
 */
export function paysToGoOn(
  drafted: number,
  survival: number,
  acceptance: ArrayLike<number>,
  costs: ArrayLike<number>,
  rate: number,
): boolean {
  const spent = costs[drafted] as number;
  let chance = survival;
  let gained = 0;
  for (let length = drafted + 1; length < costs.length; length++) {
    chance *= acceptance[length - 1] as number;
    gained += chance;
    if (gained > rate * ((costs[length] as number) - spent)) return true;
  }
  return false;
}
