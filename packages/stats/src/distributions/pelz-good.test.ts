import { expect, test } from 'vitest';
import { kolmogorovLimitCdf, kolmogorovSmirnovCdf } from '../index.js';
import { kolmogorovSmirnovBridge } from './kolmogorov-smirnov-bridge.js';
import { pelzGood } from './pelz-good.js';

/** The expansion less the exact law, in units of n^-2, the order of the first term that it leaves out. */
function scaledError(z: number, sampleSize: number): number {
  const d = z / Math.sqrt(sampleSize);
  return sampleSize ** 2 * (pelzGood(d, sampleSize) - kolmogorovSmirnovBridge(d, sampleSize).inside);
}

test('the error falls with the square of the sample size: every order up to n^(-3/2) is right', () => {
  for (const z of [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.2, 1.5, 1.8, 2.2]) {
    const error = scaledError(z, 400);
    expect(Math.abs(error)).toBeLessThan(0.06);
    // A wrong coefficient of order n^(-3/2) would double it from 100 to 400.
    expect(Math.abs(error - scaledError(z, 100))).toBeLessThan(0.003);
  }
});

test('probabilities of nearly 0 stay positive, and near the limit law', () => {
  const ratio = pelzGood(0.1 / Math.sqrt(1e14), 1e14) / kolmogorovLimitCdf(0.1);
  expect(Math.abs(ratio - 1)).toBeLessThan(1e-2);
});

test('at the size where it takes over it is within 1e-9 of the walk, which is the law up to there', () => {
  const d = 0.5 / Math.sqrt(10_000);
  const { inside } = kolmogorovSmirnovBridge(d, 10_000);
  expect(Math.abs(pelzGood(d, 10_000) - inside)).toBeLessThan(1e-9);
  expect(kolmogorovSmirnovCdf(d, 10_000)).toBe(inside);
});
