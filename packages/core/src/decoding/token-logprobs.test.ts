import { expect, test } from 'vitest';
import { RowLogits } from '../sampling/row-logits.js';
import { tokenLogprobs } from './token-logprobs.js';

const row = Float32Array.of(1, -2, 3, 0.5);
const logits = new RowLogits([new Float32Array(4), row], 4);

test('the exponentials of all logprobs of a row sum to 1, and their differences are those of the logits', () => {
  const all = [0, 1, 2, 3].map((token) => tokenLogprobs(logits, 1, token, 0).logprob);
  expect(all.reduce((sum, logprob) => sum + Math.exp(logprob), 0)).toBeCloseTo(1, 12);
  for (const [token, logprob] of all.entries())
    expect(logprob - (all[0] as number)).toBeCloseTo((row[token] as number) - 1, 12);
  expect(tokenLogprobs(logits, 0, 2, 0).logprob).toBeCloseTo(-Math.log(4), 12);
});

test('as many of the best as asked for, best first, each with its own logprob', () => {
  for (const count of [0, 1, 3, 4]) {
    const { top } = tokenLogprobs(logits, 1, 1, count);
    expect(top.map(({ token }) => token)).toEqual([2, 0, 3, 1].slice(0, count));
    for (const { token, logprob } of top) expect(logprob).toBe(tokenLogprobs(logits, 1, token, 0).logprob);
  }
});
