/** Both tails of Kolmogorov's limit law at x > 0, each from the series that gives it its digits. */
export function kolmogorovLimitTails(x: number): { readonly lower: number; readonly upper: number } {
  if (x < 0.8) {
    const lower = smallSeries(x);
    return { lower, upper: 1 - lower };
  }
  const upper = largeSeries(x);
  return { lower: 1 - upper, upper };
}

/** √(2π) / x times the sum over odd m of exp(-m² π² / (8 x²)). */
function smallSeries(x: number): number {
  let sum = 0;
  for (let odd = 1; ; odd += 2) {
    const next = sum + Math.exp((-odd * odd * Math.PI * Math.PI) / (8 * x * x));
    if (next === sum) return (Math.sqrt(2 * Math.PI) / x) * sum;
    sum = next;
  }
}

/** 2 sum over k >= 1 of (-1)^(k - 1) exp(-2 k² x²). */
function largeSeries(x: number): number {
  let sum = 0;
  for (let k = 1; ; k++) {
    const next = sum + (k % 2 === 1 ? 2 : -2) * Math.exp(-2 * k * k * x * x);
    if (next === sum) return sum;
    sum = next;
  }
}
