import { betaLogitDensity } from '../special/beta-tails.js';

/** Beyond this many terms every stride-th stands for its neighbours. */
const mostTerms = 20_000;

/**
 * P(D+ >= d), the tail of the one-sided one-sample statistic sup (F_n - F), for 0 < d < 1 and either n d² >= 5
 * or n <= 20,000: a sum of n (1 - d) positive terms, d C(n, j) (d + j/n)^(j - 1) (1 - d - j/n)^(n - j) (Smirnov
 * 1944; Birnbaum & Tingey, Annals of Mathematical Statistics 22, 1951, equation 3.0). Each is a binomial
 * probability in Loader's form, times nd / (j + nd).
 *
 * For large n the terms are a smooth function of j that vanishes at both ends faster than any power, as
 * exp(-(nd)² / (2j)): then a sum over every stride-th one, times the stride, is the sum over all to the last
 * bit (both are trapezoidal rules for the same integral).
 */
export function smirnovSurvival(statistic: number, sampleSize: number): number {
  const shift = sampleSize * statistic;
  const stride = Math.max(1, Math.floor(sampleSize / mostTerms));
  let sum = 0;
  for (let j = stride; j < sampleSize - shift; j += stride) {
    const rest = sampleSize - j;
    const x = (j + shift) / sampleSize;
    const y = (rest - shift) / sampleSize;
    const binomial = betaLogitDensity(j, rest, x, y, -shift) * (sampleSize / j / rest);
    sum += (shift / (j + shift)) * binomial;
  }
  const first = Math.exp(sampleSize * Math.log1p(-statistic));
  return stride * sum + first;
}
