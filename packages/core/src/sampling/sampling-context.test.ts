import { expect, test } from 'vitest';
import { InvalidArgumentError } from '../errors/invalid-argument-error.js';
import { createLogitsTransform } from './create-logits-transform.js';
import { createSamplingContext } from './sampling-context.js';
import type { SamplingSettings } from './sampling-settings.js';

test.each<[SamplingSettings, string]>([
  [{ temperature: -0.1 }, 'temperature must be at least 0 (0 is greedy), not -0.1.'],
  [{ temperature: Number.POSITIVE_INFINITY }, 'temperature must be at least 0 (0 is greedy), not Infinity.'],
  [{ topK: -1 }, 'topK must be a whole number of at least 0 (0 is off), not -1.'],
  [{ topK: 1.5 }, 'topK must be a whole number of at least 0 (0 is off), not 1.5.'],
  [{ typicalP: 0 }, 'typicalP must be above 0 and at most 1, not 0.'],
  [{ typicalP: 1.1 }, 'typicalP must be above 0 and at most 1, not 1.1.'],
  [{ topP: 0 }, 'topP must be above 0 and at most 1, not 0.'],
  [{ topP: Number.NaN }, 'topP must be above 0 and at most 1, not NaN.'],
  [{ minP: -0.1 }, 'minP must be from 0 to 1, not -0.1.'],
  [{ minP: 1.1 }, 'minP must be from 0 to 1, not 1.1.'],
  [{ repetitionPenalty: 0 }, 'repetitionPenalty must be from 1e-15 to 1e+15, not 0.'],
  [
    { repetitionPenalty: Number.POSITIVE_INFINITY },
    'repetitionPenalty must be from 1e-15 to 1e+15, not Infinity.',
  ],
  [{ frequencyPenalty: Number.NaN }, 'frequencyPenalty must be from -1e+15 to 1e+15, not NaN.'],
  [
    { presencePenalty: Number.NEGATIVE_INFINITY },
    'presencePenalty must be from -1e+15 to 1e+15, not -Infinity.',
  ],
  [{ penaltyWindow: -1 }, 'penaltyWindow must be a whole number of at least 0, or Infinity, not -1.'],
  [{ penaltyWindow: 0.5 }, 'penaltyWindow must be a whole number of at least 0, or Infinity, not 0.5.'],
  [{ logitBias: new Map([[-1, 1]]) }, 'logitBias token must be from 0 to 3, not -1.'],
  [{ logitBias: new Map([[4, 1]]) }, 'logitBias token must be from 0 to 3, not 4.'],
  [{ logitBias: new Map([[0.5, 1]]) }, 'logitBias token must be from 0 to 3, not 0.5.'],
  [
    { logitBias: new Map([[2, Number.POSITIVE_INFINITY]]) },
    'logitBias of token 2 must be from -1e+15 to 1e+15, or -Infinity, not Infinity.',
  ],
  // Regression: they made logits infinite, and the model was said to be damaged.
  [{ repetitionPenalty: 1e-39 }, 'repetitionPenalty must be from'],
  [{ presencePenalty: -1e39 }, 'presencePenalty must be from'],
  [{ logitBias: new Map([[2, 1e39]]) }, 'logitBias of token 2 must be from'],
])('%o is refused, with its name, range and value', (settings, said) => {
  expect(() => createSamplingContext(settings, 4)).toThrow(InvalidArgumentError);
  expect(() => createSamplingContext(settings, 4)).toThrow(said);
});

test.each([0, -1, 1.5])('a vocabulary of %f tokens is refused', (size) => {
  const said = `vocabularySize must be a whole number above 0, not ${size}.`;
  expect(() => createSamplingContext({}, size)).toThrow(said);
});

test.each<SamplingSettings>([
  { typicalP: 1, topP: 1, minP: 1 },
  { minP: 0, topK: 0, penaltyWindow: 0 },
  { penaltyWindow: Number.POSITIVE_INFINITY },
  {
    logitBias: new Map([
      [0, 1],
      [3, Number.NEGATIVE_INFINITY],
    ]),
  },
])('%o, at the ends of the ranges, is taken', (settings) => {
  expect(createSamplingContext(settings, 4)).toMatchObject(settings);
});

test('top-k of the whole vocabulary keeps all of it', () => {
  const logits = Float32Array.of(1, 2, 3);
  for (const topK of [3, 4]) {
    expect(createLogitsTransform({ topK }, 3).apply(logits, [], 0)).toEqual(
      createLogitsTransform({}, 3).apply(logits, [], 0),
    );
  }
});

test('penalties look at the last 64 tokens unless told otherwise', () => {
  const first = (settings: SamplingSettings, length: number): number => {
    const history = [0, ...Array.from({ length: length - 1 }, () => 1)];
    const row = createLogitsTransform({ ...settings, presencePenalty: 1 }, 3).apply(
      new Float32Array(3),
      history,
      0,
    );
    return (row.probabilities[0] as number) / (row.probabilities[2] as number);
  };
  expect(first({}, 64)).toBeCloseTo(Math.exp(-1), 12);
  expect(first({}, 65)).toBeCloseTo(1, 12);
  expect(first({ penaltyWindow: Number.POSITIVE_INFINITY }, 65)).toBeCloseTo(Math.exp(-1), 12);
});

test('bias is added, and moves no other token', () => {
  const settings = { logitBias: new Map([[1, 2]]) };
  const { probabilities } = createLogitsTransform(settings, 3).apply(new Float32Array(3), [], 0);
  expect((probabilities[1] as number) / (probabilities[0] as number)).toBeCloseTo(Math.exp(2), 12);
  expect(probabilities[0]).toBe(probabilities[2]);
});

test('a mask of another length is refused, with both lengths; none allows everything', () => {
  const apply = (mask: Uint8Array | undefined) =>
    createLogitsTransform({ allowedTokens: { mask: () => mask } }, 3).apply(new Float32Array(3), [], 0);
  expect(() => apply(Uint8Array.of(1, 1))).toThrow('The allowed-token mask has 2 entries for 3 tokens.');
  expect([...apply(undefined).probabilities]).toEqual([1 / 3, 1 / 3, 1 / 3]);
  expect([...apply(Uint8Array.of(1, 0, 1)).probabilities]).toEqual([0.5, 0, 0.5]);
});

test('all settings at the ends of their ranges together leave logits finite', () => {
  const settings = {
    repetitionPenalty: 1e15,
    frequencyPenalty: -1e15,
    presencePenalty: -1e15,
    penaltyWindow: Number.POSITIVE_INFINITY,
    logitBias: new Map([[0, -1e15]]),
  };
  const history = new Array<number>(100_000).fill(0);
  const { probabilities } = createLogitsTransform(settings, 3).apply(Float32Array.of(1, 2, 3), history, 0);
  expect(probabilities.every((probability) => probability >= 0 && probability <= 1)).toBe(true);
});
