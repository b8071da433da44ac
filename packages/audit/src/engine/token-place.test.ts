import type { Distribution } from '@foretoken/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { tokenOrders, tokenPlaces } from './token-place.js';

const weights = fc.array(fc.nat(6), { minLength: 2, maxLength: 8 }).filter((list) => list.some((w) => w > 0));
function law(list: readonly number[]): Distribution {
  const sum = list.reduce((total, weight) => total + weight, 0);
  return { tokens: undefined, probabilities: Float64Array.from(list, (weight) => weight / sum) };
}
function sparse({ probabilities }: Distribution): Distribution {
  const tokens = [...probabilities.keys()].filter((token) => (probabilities[token] as number) > 0);
  return {
    tokens: Int32Array.from(tokens),
    probabilities: Float64Array.from(tokens, (token) => probabilities[token] as number),
  };
}

describe.each(tokenOrders)('places in the order of %s', (order) => {
  test('cut [0, 1) into one piece a token, as long as its probability', () => {
    fc.assert(
      fc.property(weights, weights, fc.boolean(), (targetWeights, draftWeights, isSparse) => {
        const dense = law(targetWeights);
        const draft = law(
          targetWeights
            .map((_, token) => draftWeights[token % draftWeights.length] ?? 1)
            .map((w) => w + 1e-9),
        );
        const target = isSparse ? sparse(dense) : dense;
        const pieces = targetWeights
          .map((_, token) => tokenPlaces(target, isSparse ? sparse(draft) : draft, token)[order])
          .filter(({ own }) => own > 0)
          .toSorted((left, right) => left.before - right.before);
        let end = 0;
        for (const { before, own } of pieces) {
          expect(before).toBeCloseTo(end, 12);
          end = before + own;
        }
        expect(end).toBeCloseTo(1, 12);
      }),
      { seed: 20261124, numRuns: 300 },
    );
  });
});

test('the order of the ratio puts first what the draft favours, whatever the target thinks of it', () => {
  const target = law([6, 3, 1]);
  const draft = law([1, 3, 6]);
  expect(tokenPlaces(target, draft, 2).ratio.before).toBe(0);
  expect(tokenPlaces(target, draft, 0).ratio.before).toBeCloseTo(0.4, 12);
  expect(tokenPlaces(target, draft, 0).probability.before).toBe(0);
});

test('without a draft the order of the ratio is that of the probability', () => {
  const target = law([2, 5, 3]);
  for (const token of [0, 1, 2]) {
    const { probability, ratio } = tokenPlaces(target, undefined, token);
    expect(ratio).toEqual(probability);
  }
});

test('the order of ids is that of the vocabulary', () => {
  expect(tokenPlaces(law([5, 2, 3]), undefined, 2).id.before).toBeCloseTo(0.7, 12);
});

test('a token that the target cannot draw has no place of its own', () => {
  expect(tokenPlaces(law([1, 0]), law([1, 1]), 1).probability.own).toBe(0);
});
