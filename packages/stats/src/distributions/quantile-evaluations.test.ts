import { expect, test, vi } from 'vitest';
import { binomialCdf } from './binomial-cdf.js';
import { binomialQuantile } from './binomial-quantile.js';
import { binomialSurvival } from './binomial-survival.js';
import { binomialUpperQuantile } from './binomial-upper-quantile.js';
import { guessNormal, normalUpperQuantile } from './normal-upper-quantile.js';
import { poissonCdf } from './poisson-cdf.js';
import { poissonQuantile } from './poisson-quantile.js';
import { poissonSurvival } from './poisson-survival.js';
import { poissonUpperQuantile } from './poisson-upper-quantile.js';

// The real functions, of which the calls are counted.
vi.mock('./binomial-cdf.js', { spy: true });
vi.mock('./binomial-survival.js', { spy: true });
vi.mock('./poisson-cdf.js', { spy: true });
vi.mock('./poisson-survival.js', { spy: true });

test.each([
  ['binomial', (chance: number) => binomialQuantile(chance, 1e8, 0.4), binomialCdf],
  ['binomial, upper', (chance: number) => binomialUpperQuantile(chance, 1e8, 0.4), binomialSurvival],
  ['Poisson', (chance: number) => poissonQuantile(chance, 4e7), poissonCdf],
  ['Poisson, upper', (chance: number) => poissonUpperQuantile(chance, 4e7), poissonSurvival],
] as const)('%s quantiles start where the normal law has them', (_name, quantile, tail) => {
  for (const chance of [1e-9, 0.01, 0.3, 0.99, 1 - 1e-9]) {
    vi.clearAllMocks();
    quantile(chance);
    // From the mean, thousands away, it would take more than 20.
    expect(vi.mocked(tail).mock.calls.length).toBeLessThanOrEqual(8);
  }
});

test('the normal quantile starts within 4.5e-4 of the root', () => {
  for (let exponent = -300; exponent < 0; exponent += 0.5) {
    const probability = 0.5 * 10 ** exponent;
    expect(Math.abs(guessNormal(Math.log(probability)) - normalUpperQuantile(probability))).toBeLessThan(
      4.5e-4,
    );
  }
});
