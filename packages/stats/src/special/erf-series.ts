const twoOverRootPi = 1.1283791670955126;

/** erf(x) for |x| below 1 or so, by its Maclaurin series (Abramowitz & Stegun 7.1.5). */
export function erfSeries(x: number): number {
  const square = x * x;
  let sum = 1;
  let power = 1;
  for (let n = 1; ; n++) {
    power *= -square / n;
    const next = sum + power / (2 * n + 1);
    if (next === sum) return twoOverRootPi * x * sum;
    sum = next;
  }
}

/** Below this the series is used: a complement of it keeps its digits up to here. */
export const erfSeriesEnd = 0.7;
