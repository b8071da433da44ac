import { describe, expect, test } from 'vitest';
import type { Distribution } from '../contract/distribution.js';
import { createRequestRandom } from '../random/request-random.js';
import { oneHot } from '../sampling/draw.js';
import { randomTable, type TableKind } from '../testing/random-table.js';
import { kSeqDivision } from './k-seq-division.js';

const dense = (...probabilities: number[]): Distribution => ({
  tokens: undefined,
  probabilities: Float64Array.from(probabilities),
});

/** Both sides of the equation, from the definition. */
function sides(target: Distribution, drafted: Distribution, count: number, division: number) {
  const beta = target.probabilities.reduce(
    (sum, wanted, token) => sum + Math.min(drafted.probabilities[token] as number, wanted / division),
    0,
  );
  return { kept: 1 - (1 - beta) ** count, allowed: division * beta };
}

describe('the division of K-SEQ', () => {
  test.each([
    ['one child', dense(0.2, 0.8), dense(0.7, 0.3), 1, 1],
    ['disjoint supports', dense(1, 0), dense(0, 1), 3, 1],
    ['the target itself', dense(0.2, 0.8), dense(0.2, 0.8), 4, 1],
    // beta = min(.5, 1 / rho) = .5, and 1 - .5^2 = 1.5 x .5.
    ['a point mass, two children', oneHot(0), dense(0.5, 0.5), 2, 1.5],
    ['a point mass, three children', oneHot(0), dense(0.5, 0.5), 3, 1.75],
    // beta = .5 / rho whatever rho is, and 1 - (1 - beta)^3 = .5.
    ['a draft that is certain', dense(0.5, 0.5), oneHot(0), 3, 0.5 / (1 - 0.5 ** (1 / 3))],
  ] satisfies [string, Distribution, Distribution, number, number][])(
    'for %s',
    (_, target, drafted, count, expected) => {
      expect(kSeqDivision(target, drafted, count)).toBeCloseTo(expected, 14);
    },
  );

  const kinds: readonly TableKind[] = ['smooth', 'peaked', 'ties'];
  test.each(kinds.flatMap((left) => kinds.map((right) => ({ left, right }))))(
    'solves the equation, and never falls below the root: target $left, draft $right',
    ({ left, right }) => {
      for (let seed = 0; seed < 20; seed++) {
        const target = randomTable(seed, 12, left)([]);
        const drafted = randomTable(500 + seed, 12, right)([]);
        for (const count of [2, 3, 8, 64]) {
          const division = kSeqDivision(target, drafted, count);
          expect(division >= 1 && division <= count).toBe(true);
          const { kept, allowed } = sides(target, drafted, count, division);
          expect(Math.abs(kept - allowed)).toBeLessThan(1e-14);
          const below = sides(target, drafted, count, division - 1e-6);
          // Where all is kept but for rounding, rounding decides on which side of the root a number lies.
          const decided = division > 1.000_001 && below.allowed < 1 - 1e-12;
          if (decided) expect(below.kept).toBeGreaterThan(below.allowed);
        }
      }
    },
  );

  test('over 100 000 tokens, after rows of other sizes', () => {
    const random = createRequestRandom({ seed: 5 });
    const row = (number: number): Distribution => {
      const weights = Float64Array.from({ length: 100_000 }, (_, token) =>
        Math.exp(8 * random.round(number).uniform('sample', 0, token, 0)),
      );
      const sum = weights.reduce((total, weight) => total + weight, 0);
      return dense(...weights.map((weight) => weight / sum));
    };
    const [target, drafted] = [row(1), row(2)] as [Distribution, Distribution];
    for (const count of [2, 5]) {
      kSeqDivision(dense(0.3, 0.7), dense(0.6, 0.4), 3);
      const { kept, allowed } = sides(target, drafted, count, kSeqDivision(target, drafted, count));
      expect(Math.abs(kept - allowed)).toBeLessThan(1e-12);
    }
  });

  test('is the same for sparse and dense rows', () => {
    const sparse = { tokens: Int32Array.of(1, 3), probabilities: Float64Array.of(0.25, 0.75) };
    const wanted = dense(0.1, 0.6, 0.1, 0.2);
    const expected = kSeqDivision(wanted, dense(0, 0.25, 0, 0.75), 3);
    expect(kSeqDivision(wanted, sparse, 3)).toBe(expected);
    const listed = {
      tokens: Int32Array.of(0, 1, 2, 3),
      probabilities: Float64Array.from(wanted.probabilities),
    };
    expect(kSeqDivision(listed, sparse, 3)).toBe(expected);
  });

  test('where hardly anything overlaps', () => {
    const tiny = 1e-200;
    const division = kSeqDivision(dense(tiny, 1, 0), dense(tiny, 0, 1), 4);
    expect(division >= 1 && division <= 4).toBe(true);
  });
});
