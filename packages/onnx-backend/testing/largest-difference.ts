/** The largest absolute difference between two lists of rows. */
export function largestDifference(
  left: readonly ArrayLike<number>[],
  right: readonly ArrayLike<number>[],
): number {
  if (left.length !== right.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (const [row, values] of left.entries()) {
    const others = right[row] as ArrayLike<number>;
    if (values.length !== others.length) return Number.POSITIVE_INFINITY;
    for (let index = 0; index < values.length; index++) {
      const difference = Math.abs((values[index] as number) - (others[index] as number));
      // NaN counts as a difference.
      largest =
        difference <= largest ? largest : Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
    }
  }
  return largest;
}
