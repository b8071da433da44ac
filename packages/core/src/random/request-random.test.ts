import { describe, expect, test } from 'vitest';
import type { Draft } from '../contract/draft.js';
import { oneHot } from '../sampling/draw.js';
import { block } from '../verification/block.js';
import { sampleMatch } from '../verification/sample-match.js';
import { createRequestRandom } from './request-random.js';

const draft: Draft = {
  tokens: [1, 0],
  parents: [-1, 0],
  distributions: [oneHot(1), oneHot(0)],
  drafters: ['a', 'a'],
};
const half = { tokens: undefined, probabilities: Float64Array.of(0.5, 0.5) };

describe('uniform numbers', () => {
  test('every part of the key and the counter changes them', () => {
    const draw = (
      seed: number | bigint,
      request: number,
      length: number,
      stage: number,
      node: number,
      index: number,
    ) => createRequestRandom({ seed, request }).round(length).uniform('draft', stage, node, index);
    const draws = [
      draw(1, 0, 5, 0, 0, 0),
      draw(2, 0, 5, 0, 0, 0),
      draw(1n << 40n, 0, 5, 0, 0, 0),
      draw(1, 1, 5, 0, 0, 0),
      draw(1, 0, 6, 0, 0, 0),
      draw(1, 0, 5, 1, 0, 0),
      draw(1, 0, 5, 0, -1, 0),
      draw(1, 0, 5, 0, 0, 1),
      createRequestRandom({ seed: 1, request: 0 }).round(5).uniform('accept', 0, 0, 0),
    ];
    expect(new Set(draws).size).toBe(draws.length);
    expect(draw(1, 0, 5, 0, 0, 0)).toBe(draws[0]);
  });

  test('they are uniform', () => {
    const random = createRequestRandom({ seed: 20261124 }).round(0);
    const n = 20_000;
    const sorted = Float64Array.from({ length: n }, (_, index) =>
      random.uniform('draft', 0, 0, index),
    ).toSorted();
    const distance = sorted.reduce(
      (largest, value, rank) => Math.max(largest, Math.abs(value - (rank + 0.5) / n)),
      0,
    );
    // Kolmogorov-Smirnov: the distance exceeds 3.3 / sqrt(n) with probability 2 exp(-2 x 3.3^2) = 7e-10.
    expect(distance).toBeLessThan(3.3 / Math.sqrt(n));
    expect(sorted[0]).toBeGreaterThanOrEqual(0);
    expect(sorted[n - 1]).toBeLessThan(1);
  });

  test.each([[1.5], [Number.NaN]])('the seed %d is refused', (seed) => {
    expect(() => createRequestRandom({ seed })).toThrow(/seed/);
  });
});

describe('how rules draw', () => {
  test('a round-keyed rule draws afresh in every round, a position-keyed one by position alone', () => {
    const many = Array.from({ length: 64 }, (_, seed) => {
      const random = createRequestRandom({ seed });
      // Position 7 is the first node's after 7 tokens, and the second's after 6.
      const byPosition = [
        random.verification(sampleMatch, draft, 7).draw(half, -1),
        random.verification(sampleMatch, draft, 6).draw(half, 0),
      ];
      const byRound = [
        random.verification(block, draft, 7).draw(half, -1),
        random.verification(block, draft, 6).draw(half, 0),
      ];
      return { position: byPosition[0] === byPosition[1], round: byRound[0] === byRound[1] };
    });
    expect(many.every(({ position }) => position)).toBe(true);
    // 64 independent pairs of fair coins all agree with probability 2^-64.
    expect(many.every(({ round }) => round)).toBe(false);
  });
});
