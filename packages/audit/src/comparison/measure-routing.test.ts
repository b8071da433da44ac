import type { Distribution } from '@foretoken/core';
import { createTableModel, type TableLaw } from '@foretoken/core/testing';
import type { MeanInterval } from '@foretoken/stats';
import { expect, test } from 'vitest';
import { measureRouting } from './measure-routing.js';

// Laws that no token changes are the same at every position of every text: nothing below depends on a draw.
const vocabularySize = 3;
const digits = 6;
const dense = (...probabilities: number[]): Distribution => ({
  tokens: undefined,
  probabilities: Float64Array.from(probabilities),
});
const largeLaw = dense(0.5, 0.3, 0.2);
const smallLaw = dense(0.2, 0.6, 0.2);
const kullbackLeibler = 0.2 * Math.log(0.2 / 0.5) + 0.6 * Math.log(0.6 / 0.3);
const totalVariation = 0.3;
const model = (law: TableLaw) => createTableModel({ law, vocabularySize });
const large = model(() => largeLaw);
/** Far from the large model after prompts that begin with token 1 alone. */
const small = model((history) => (history[0] === 1 ? smallLaw : largeLaw));
const near = [0, 1, 2];
const far = [1, 0];
const measure = (tolerance: number, prompts: readonly (readonly number[])[], sampling = {}) =>
  measureRouting({ large, small, tolerance, prompts, sampling, maximumTokens: 5, seed: 3 });

test('what the small model wrote is as far from the target as its laws are', async () => {
  const deviation = await measure(100, [far, far]);
  expect(deviation).toMatchObject({ rule: 'route', routed: 2, prompts: 2, positions: 10 });
  expect((deviation.kullbackLeibler as MeanInterval).estimate).toBeCloseTo(kullbackLeibler, digits);
  expect(deviation.totalVariation.estimate).toBeCloseTo(totalVariation, digits);
});

test('what the target wrote adds zeros: one of two prompts routed is half the distance', async () => {
  const mixed = await measure(0.01, [near, far]);
  expect(mixed).toMatchObject({ routed: 1, totalVariation: { estimate: 0 } });
  const all = await measure(100, [near, far]);
  expect(all).toMatchObject({ routed: 2, prompts: 2, positions: 10 });
  expect(all.totalVariation.estimate).toBeCloseTo(totalVariation / 2, digits);
});

test('nothing is routed that is beyond the tolerance, and then nothing deviates', async () => {
  const { routed, positions, kullbackLeibler: divergence, perplexity } = await measure(0.01, [far, far]);
  expect({ routed, positions }).toEqual({ routed: 0, positions: 10 });
  expect((divergence as MeanInterval).upper).toBe(0);
  expect(perplexity.lossy).toBe(perplexity.plain);
});

test('gives the perplexities under the target, and an infinite distance where it cannot write the same', async () => {
  // Greedy texts are certain: token 0 of the target, token 1 of the small model.
  const { perplexity, kullbackLeibler: divergence } = await measure(1, [far, far], { temperature: 0 });
  expect(divergence).toBe('infinite');
  expect(perplexity.plain).toBeCloseTo(1 / 0.5, digits);
  expect(perplexity.lossy).toBeCloseTo(1 / 0.3, digits);
  expect(perplexity.difference.estimate).toBeCloseTo(Math.log(0.5 / 0.3), digits);
});
