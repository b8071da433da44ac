import { describe, expect, test } from 'vitest';
import type { Distribution } from '../contract/distribution.js';
import { residual, residualMass } from './residual.js';

const target = [0.1, 0.4, 0, 0.5];
const draft = [0.3, 0.3, 0.4, 0];
const dense = (law: readonly number[]): Distribution => ({
  tokens: undefined,
  probabilities: Float64Array.from(law),
});
const sparse = (law: readonly number[]): Distribution => {
  const tokens = [...law.keys()].filter((token) => (law[token] as number) > 0);
  return {
    tokens: Int32Array.from(tokens),
    probabilities: Float64Array.from(tokens, (token) => law[token] as number),
  };
};
const forms = [
  ['dense', dense],
  ['sparse', sparse],
] as const;
const pairs = forms.flatMap(([targetForm, makeTarget]) =>
  forms.map(([draftForm, makeDraft]) => ({ targetForm, makeTarget, draftForm, makeDraft })),
);

describe.each(pairs)('$targetForm target, $draftForm draft', ({ makeTarget, makeDraft }) => {
  // By hand: max(scale x target - draft, 0), token by token.
  test.each([
    [1, [0, 0.1, 0, 0.5]],
    [0.8, [0, 0.02, 0, 0.4]],
    [0.5, [0, 0, 0, 0.25]],
  ])('at scale %f', (scale, expected) => {
    const { weights, mass } = residual(makeTarget(target), makeDraft(draft), scale);
    const spread = Array.from(target, () => 0);
    for (const [index, weight] of weights.probabilities.entries()) {
      spread[weights.tokens?.[index] ?? index] = weight;
    }
    for (const [token, weight] of expected.entries()) expect(spread[token]).toBeCloseTo(weight, 14);
    const total = expected.reduce((sum, weight) => sum + weight, 0);
    expect(mass).toBeCloseTo(total, 14);
    expect(residualMass(makeTarget(target), makeDraft(draft), scale)).toBeCloseTo(total, 14);
  });
});

test('a row shorter than the one before has no weights left over from it', () => {
  residual(dense([0.2, 0.2, 0.6]), dense([0.6, 0.2, 0.2]), 1);
  const { weights, mass } = residual(dense([0.25, 0.75]), dense([0.5, 0.5]), 1);
  expect([...weights.probabilities]).toEqual([0, 0.25]);
  expect(mass).toBe(0.25);
});
