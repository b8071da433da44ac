import { describe, expect, test } from 'vitest';
import { countsProbability } from '../testing/enumerate-counts.js';
import { meanDeviation } from './mean-deviation.js';

/** Mean deviation by its definition. */
function directDeviation(count: number, target: number, probability: number): number {
  let sum = 0;
  for (let hits = 0; hits <= count; hits++) {
    sum +=
      countsProbability([hits, count - hits], [probability, 1 - probability]) *
      Math.abs(hits / count - target);
  }
  return sum;
}

describe('mean deviation of a share', () => {
  test.each([[1], [2], [7], [40]])('is the sum over all outcomes, %d draws', (count) => {
    for (const target of [0, 0.01, 1 / 7, 0.25, 0.5, 0.9, 1]) {
      for (const probability of [0, 1e-9, 0.02, 1 / 7, 0.5, 0.83, 1]) {
        const { value, slope } = meanDeviation(count, target, probability);
        expect(Math.abs(value - directDeviation(count, target, probability))).toBeLessThan(1e-13);
        const step = 1e-5;
        const inside = Math.min(1 - step, Math.max(step, probability));
        const difference =
          (directDeviation(count, target, inside + step) - directDeviation(count, target, inside - step)) /
          (2 * step);
        expect(Math.abs(meanDeviation(count, target, inside).slope - difference)).toBeLessThan(1e-6);
        expect(Math.abs(slope)).toBeLessThanOrEqual(1 + 1e-14);
      }
    }
  });

  test.each([1, 2, 7, 40])('has the slopes of a Bernstein polynomial at both ends, %d draws', (count) => {
    for (const target of [0, 0.01, 1 / 7, 0.5, 0.9, 0.99, 1]) {
      const ofLast = count * (Math.abs(1 - target) - Math.abs(1 - 1 / count - target));
      expect(meanDeviation(count, target, 0).slope).toBeCloseTo(
        count * (Math.abs(1 / count - target) - target),
        12,
      );
      expect(meanDeviation(count, target, 1).slope).toBeCloseTo(ofLast, 12);
    }
  });
});
