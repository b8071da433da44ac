/**
 * log(ratio) - excess, where ratio = 1 + excess; never positive. With both given, neither end loses digits:
 * near 0 the answer is about -excess² / 2, near ratio 0 it is about log(ratio).
 *
 * Written with s = excess / (2 + excess), so that log(1 + excess) = 2 atanh(s):
 * log(1 + excess) - excess = -excess s + 2 (s³/3 + s⁵/5 + ...) (Abramowitz & Stegun 4.1.27).
 */
export function log1pMinus(excess: number, ratio: number): number {
  if (excess < -0.5 || excess > 1) return Math.log(ratio) - excess;
  const s = excess / (2 + excess);
  const square = s * s;
  let power = s * square;
  let sum = 0;
  for (let odd = 3; ; odd += 2) {
    const next = sum + power / odd;
    if (next === sum) break;
    sum = next;
    power *= square;
  }
  return 2 * sum - excess * s;
}
