// Chebyshev coefficients of (1 + 2x) exp(x²) erfc(x) in t = (x - 3.75) / (x + 3.75), from
// scripts/series_coefficients.py.
const coefficients = [
  1.1775789345674017, -0.004590054580646478, -0.08424913336651792, 0.05920993999819189, -0.026658668435305753,
  0.009074997670705265, -0.002413163540417608, 0.0004907758365258086, -6.916973302501207e-5,
  4.13902798607301e-6, 7.74038306619849e-7, -2.1886401049234397e-7, 1.076499946567091e-8,
  4.521959811218287e-9, -7.754400208831351e-10, -6.318088340886684e-11, 2.86879501093067e-11,
  1.9455868545777347e-13, -9.65469674843344e-13, 3.25254814814874e-14, 3.3478119482868056e-14,
  -1.864562880419313e-15, -1.2507950530688648e-15, 7.418235256624044e-17, 5.068148904796111e-17,
  -2.2370566594359995e-18, -2.187342944303018e-18, 2.6766327399258762e-20,
] as const;

/**
 * exp(x²) erfc(x) for x >= 0, by a Chebyshev series (Shepherd & Laframboise, Mathematics of Computation 36,
 * 1981), summed by Clenshaw's recurrence.
 */
export function scaledErfc(x: number): number {
  const t = (x - 3.75) / (x + 3.75);
  let next = 0;
  let afterNext = 0;
  for (let index = coefficients.length - 1; index > 0; index--) {
    const current = 2 * t * next - afterNext + (coefficients[index] as number);
    afterNext = next;
    next = current;
  }
  return (t * next - afterNext + coefficients[0]) / (1 + 2 * x);
}

/**
 * exp(-scale x²) for a scale that is a power of two: the rounding of x² would cost 700 times its own error, so
 * x² = head² + (x - head)(x + head), with a head of 24 bits.
 */
export function expOfMinusSquare(x: number, scale: number): number {
  const head = Math.fround(x);
  return Math.exp(-scale * head * head) * Math.exp(scale * (head - x) * (head + x));
}
