const splitter = 2 ** 27 + 1;

/** What the rounded product left * right lacks (Dekker, A floating-point technique, 1971); no overflow guard. */
export function productError(left: number, right: number, product: number): number {
  const leftScaled = splitter * left;
  const leftHigh = leftScaled - (leftScaled - left);
  const leftLow = left - leftHigh;
  const rightScaled = splitter * right;
  const rightHigh = rightScaled - (rightScaled - right);
  const rightLow = right - rightHigh;
  return leftLow * rightLow - (product - leftHigh * rightHigh - leftLow * rightHigh - leftHigh * rightLow);
}

/** What the rounded sum left + right lacks (Knuth, TAOCP 2, 4.2.2). */
export function sumError(left: number, right: number, sum: number): number {
  const part = sum - left;
  return left - (sum - part) + (right - part);
}
