import { expect, test } from 'vitest';
import {
  inverseRegularisedGammaUpper,
  regularisedBetaLower,
  regularisedBetaUpper,
  regularisedGammaUpper,
} from '../index.js';

// In a file of its own: millions of terms each.
test('the largest and smallest shapes end, and come out right', () => {
  // Q(a, a) = 1/2 - 1 / (3 sqrt(2 pi a)) + O(a^(-3/2)), the median being a - 1/3 (Temme 1979).
  expectClose(regularisedGammaUpper(1e13, 1e13), 0.5 - 1 / (3 * Math.sqrt(2e13 * Math.PI)), 1e-10);
  expectClose(regularisedBetaLower(1e13, 1e13, 0.5), 0.5, 1e-10);
  // For a tiny shape, P is x^a and all but a share a log(1 / x) of the mass lies below x.
  expectClose(regularisedBetaUpper(1e-100, 1, 0.25), 1e-100 * Math.log(4), 1e-14);
  expect(inverseRegularisedGammaUpper(1e12, 0.5)).toBeGreaterThan(1e12 - 1);
});

function expectClose(actual: number, expected: number, tolerance: number): void {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(tolerance * Math.abs(expected));
}
