/** Terms below this share of the sum end it: what is left out is far below a double's last digit. */
const negligible = 1e-20;

/**
 * Sum of positive terms numbered 0, 1, ... that rise to one peak and fall off, from a number near the peak outwards.
 * Evaluates only the terms that matter.
 */
export function sumOutwards(termAt: (index: number) => number, start: number): number {
  let sum = termAt(start);
  // On the way up to the peak a term is at least the mean of those before it, so it is never negligible.
  for (let index = start + 1; ; index++) {
    const term = termAt(index);
    sum += term;
    if (term <= negligible * sum) break;
  }
  for (let index = start - 1; index >= 0; index--) {
    const term = termAt(index);
    sum += term;
    if (term <= negligible * sum) break;
  }
  return sum;
}
