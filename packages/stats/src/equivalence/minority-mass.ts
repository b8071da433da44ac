/**
 * A bound on the largest m such that some set of cells has probability m and its complement no less: what the likeliest
 * cell leaves where that is below 1/2, else 1/2. A law at total variation d has at most d more. O(cells).
 */
export function minorityMass(probabilities: ArrayLike<number>): number {
  let largest = 0;
  for (let cell = 0; cell < probabilities.length; cell++) {
    largest = Math.max(largest, probabilities[cell] as number);
  }
  return largest >= 0.5 ? 1 - Math.min(1, largest) : 0.5;
}
