/**
 * P(D_n < d) for large n, by the expansion of Pelz & Good (J. Royal Statistical Society B 38, 1976; in the form
 * of Simard & L'Ecuyer, J. Statistical Software 39, 2011, equations 8 to 12) in z = d √n up to n^(-3/2). Absolute error below 0.06 / n².
 * The last sum is divided by 216 z^6; by 108 z^6, as it is also printed, the error would fall with n^(-3/2) only.
 */
export function pelzGood(statistic: number, sampleSize: number): number {
  const root = Math.sqrt(sampleSize);
  const z = statistic * root;
  const z2 = z * z;
  const z4 = z2 * z2;
  const z6 = z4 * z2;
  const pi2 = Math.PI ** 2;
  const pi4 = pi2 * pi2;
  const rootHalfPi = Math.sqrt(Math.PI / 2);
  let [order0, order1, order2, order2Whole, order3, order3Whole] = [0, 0, 0, 0, 0, 0];
  // Both signs of k + 1/2, and of k, give the same term.
  for (let k = 0; ; k++) {
    const half = (k + 0.5) ** 2;
    const weight = 2 * Math.exp((-pi2 * half) / (2 * z2));
    if (weight < 1e-20 && k > 0) break;
    order0 += weight;
    order1 += weight * (pi2 * half - z2);
    order2 += weight * (6 * z6 + 2 * z4 + pi2 * (2 * z4 - 5 * z2) * half + pi4 * (1 - 2 * z2) * half * half);
    order3 +=
      weight *
      (pi4 * pi2 * half ** 3 * (5 - 30 * z2) +
        pi4 * half * half * (-60 * z2 + 212 * z4) +
        pi2 * half * (135 * z4 - 96 * z6) -
        (30 * z6 + 90 * z4 * z4));
    const whole = k * k;
    const wholeWeight = 2 * Math.exp((-pi2 * whole) / (2 * z2));
    order2Whole += wholeWeight * pi2 * whole;
    order3Whole += wholeWeight * (3 * pi2 * whole * z2 - pi4 * whole * whole);
  }
  return (
    rootHalfPi *
    (order0 / z +
      order1 / (6 * z4 * root) +
      (order2 / (72 * z6 * z) - order2Whole / (36 * z2 * z)) / sampleSize +
      (order3 / (6480 * z6 * z4) + order3Whole / (216 * z6)) / (sampleSize * root))
  );
}
