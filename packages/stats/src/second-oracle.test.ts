import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import * as stats from './index.js';
import { seededRandom } from './testing/seeded-random.js';

// A second, independent implementation, in case the script behind the committed values misread a parameter. It is
// accurate to about 1e-8 and takes tails by subtraction, so it is compared in the middle of the laws and in absolute
// terms.
interface Law {
  readonly cdf: (x: number, ...parameters: number[]) => number;
  readonly inv: (chance: number, ...parameters: number[]) => number;
  readonly pdf: (x: number, ...parameters: number[]) => number;
}
const require = createRequire(import.meta.url);
const { jStat } = require('jstat') as {
  readonly jStat: Readonly<
    Record<'beta' | 'binomial' | 'chisquare' | 'normal' | 'poisson' | 'studentt', Law>
  > & {
    readonly gammaln: (x: number) => number;
    readonly erf: (x: number) => number;
    readonly lowRegGamma: (shape: number, x: number) => number;
  };
};
const random = seededRandom(7);
const between = (low: number, high: number): number => low + (high - low) * random();
const whole = (low: number, high: number): number => Math.floor(between(low, high + 1));

test.each<[string, () => [ours: number, theirs: number]]>([
  ['logGamma', () => same(between(0.1, 200), stats.logGamma, jStat.gammaln)],
  ['erf', () => same(between(-3, 3), stats.erf, jStat.erf)],
  ['normalCdf', () => same(between(-4, 4), stats.normalCdf, (x) => jStat.normal.cdf(x, 0, 1))],
  ['normalQuantile', () => same(between(0.01, 0.99), stats.normalQuantile, (p) => jStat.normal.inv(p, 0, 1))],
  [
    'regularisedGammaLower',
    () => {
      const [shape, x] = [between(0.2, 50), between(0.1, 60)];
      return [stats.regularisedGammaLower(shape, x), jStat.lowRegGamma(shape, x)];
    },
  ],
  [
    'regularisedBetaLower',
    () => {
      const [a, b, x] = [between(0.3, 40), between(0.3, 40), random()];
      return [stats.regularisedBetaLower(a, b, x), jStat.beta.cdf(x, a, b)];
    },
  ],
  [
    'inverseRegularisedBetaLower',
    () => {
      const [a, b, chance] = [between(1, 40), between(1, 40), between(0.05, 0.95)];
      return [stats.inverseRegularisedBetaLower(a, b, chance), jStat.beta.inv(chance, a, b)];
    },
  ],
  [
    'chiSquareCdf',
    () => {
      const [x, degrees] = [between(0, 60), whole(1, 40)];
      return [stats.chiSquareCdf(x, degrees), jStat.chisquare.cdf(x, degrees)];
    },
  ],
  [
    'chiSquareQuantile',
    () => {
      const [chance, degrees] = [between(0.05, 0.95), whole(1, 40)];
      return [stats.chiSquareQuantile(chance, degrees), jStat.chisquare.inv(chance, degrees)];
    },
  ],
  [
    'studentTCdf',
    () => {
      const [t, degrees] = [between(-5, 5), whole(1, 60)];
      return [stats.studentTCdf(t, degrees), jStat.studentt.cdf(t, degrees)];
    },
  ],
  [
    'studentTQuantile',
    () => {
      const [chance, degrees] = [between(0.05, 0.95), whole(2, 60)];
      return [stats.studentTQuantile(chance, degrees), jStat.studentt.inv(chance, degrees)];
    },
  ],
  [
    'binomialCdf',
    () => {
      const [k, n, chance] = [whole(0, 29), 30, random()];
      return [stats.binomialCdf(k, n, chance), jStat.binomial.cdf(k, n, chance)];
    },
  ],
  [
    'binomialProbability',
    () => {
      const [k, n, chance] = [whole(0, 30), 30, random()];
      return [stats.binomialProbability(k, n, chance), jStat.binomial.pdf(k, n, chance)];
    },
  ],
  [
    'poissonCdf',
    () => {
      const [k, mean] = [whole(0, 30), between(0.1, 20)];
      return [stats.poissonCdf(k, mean), jStat.poisson.cdf(k, mean)];
    },
  ],
])('%s agrees with jstat', (_name, pair) => {
  for (let point = 0; point < 60; point++) {
    const [ours, theirs] = pair();
    expect(Math.abs(ours - theirs)).toBeLessThan(1e-6 * Math.max(1, Math.abs(theirs)));
  }
});

function same(
  x: number,
  ours: (x: number) => number,
  theirs: (x: number) => number,
): [ours: number, theirs: number] {
  return [ours(x), theirs(x)];
}
