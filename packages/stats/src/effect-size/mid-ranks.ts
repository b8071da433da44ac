/**
 * Twice the mid-ranks of the values, so that ties stay integers: the smallest of n distinct values gets 2,
 * the largest 2n, tied values twice their mean rank. O(n log n).
 */
export function doubledMidRanks(values: ArrayLike<number>): Int32Array {
  const order = Array.from(values, (_, index) => index).toSorted(
    (left, right) => (values[left] as number) - (values[right] as number),
  );
  const ranks = new Int32Array(values.length);
  let start = 0;
  while (start < order.length) {
    let end = start + 1;
    while (end < order.length && values[order[end] as number] === values[order[start] as number]) end++;
    // Ranks start + 1 to end, whose mean doubled is start + 1 + end.
    for (let index = start; index < end; index++) ranks[order[index] as number] = start + 1 + end;
    start = end;
  }
  return ranks;
}
