/**
 * The k-th smallest of the averages (d(i) + d(j)) / 2 over all i <= j, found by bisection on its value: counting
 * the averages below a value is one walk with two pointers. Time O(n) times about 60, no table of pairs.
 *
 * @param sorted d in ascending order, finite, n >= 1.
 * @param rank k, 1 to n (n + 1) / 2.
 */
export function walshAverage(sorted: Float64Array, rank: number): number {
  let low = sorted[0] as number;
  let high = sorted[sorted.length - 1] as number;
  if (countUpTo(sorted, low) >= rank) return low;
  // At least `rank` averages are <= high, fewer are <= low; 1 part in 2^80 of the range is below a double's.
  for (let step = 0; step < 80; step++) {
    const middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) break;
    if (countUpTo(sorted, middle) >= rank) high = middle;
    else low = middle;
  }
  return high;
}

/** How many averages are at most `value`. O(n). */
function countUpTo(sorted: Float64Array, value: number): number {
  let count = 0;
  let right = sorted.length - 1;
  for (let left = 0; left <= right; left++) {
    while (right >= left && ((sorted[left] as number) + (sorted[right] as number)) / 2 > value) right--;
    // All partners from `left` to `right` give at most the value; those beyond `right` never will again.
    count += Math.max(0, right - left + 1);
  }
  return count;
}
