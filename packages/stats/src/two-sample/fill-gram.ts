/** Row-major n x n matrix of a symmetric similarity of item numbers. O(n^2) evaluations. */
export function fillGram(count: number, similarity: (left: number, right: number) => number): Float64Array {
  const gram = new Float64Array(count * count);
  for (let left = 0; left < count; left++) {
    for (let right = left; right < count; right++) {
      const value = similarity(left, right);
      gram[left * count + right] = value;
      gram[right * count + left] = value;
    }
  }
  return gram;
}
