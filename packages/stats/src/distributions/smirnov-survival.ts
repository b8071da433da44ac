import { betaLogitDensity } from '../special/beta-tails.js';

/**
 * P(D+ >= d), the tail of the one-sided one-sample statistic sup (F_n - F), for 0 < d < 1: a sum of n (1 - d)
 * positive terms, d C(n, j) (d + j/n)^(j - 1) (1 - d - j/n)^(n - j) (Smirnov 1944; Birnbaum & Tingey, Annals of
 * Mathematical Statistics 22, 1951, equation 3.0). Each is a binomial probability in Loader's form, times
 * nd / (j + nd).
 */
export function smirnovSurvival(statistic: number, sampleSize: number): number {
  const shift = sampleSize * statistic;
  let sum = Math.exp(sampleSize * Math.log1p(-statistic));
  for (let j = 1; j < sampleSize - shift; j++) {
    const rest = sampleSize - j;
    const x = (j + shift) / sampleSize;
    const y = (rest - shift) / sampleSize;
    const binomial = betaLogitDensity(j, rest, x, y, -shift) * (sampleSize / (j * rest));
    sum += (shift / (j + shift)) * binomial;
  }
  return sum;
}
