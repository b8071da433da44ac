import { describe, expect, test } from 'vitest';
import type { DraftedToken } from '../contract/draft-context.js';
import { InvalidArgumentError } from '../errors/invalid-argument-error.js';
import type { DraftLengthController, RoundMeasurement } from './draft-length-controller.js';
import { createFixedDraftLength } from './fixed-draft-length.js';
import type { AcceptancePredictor, VerifiedChain } from './predictors/acceptance-predictor.js';
import { stopAboveRejection } from './stop-above-rejection.js';
import { stopBelowConfidence } from './stop-below-confidence.js';
import { stopByEntropy } from './stop-by-entropy.js';

/** A token drawn from a law over two tokens. */
function drafted(probability: number, depth = 0): DraftedToken {
  const probabilities = Float64Array.of(probability, 1 - probability);
  return { token: 0, probability, depth, modelLaw: () => ({ tokens: undefined, probabilities }) };
}

function round(draftedCount: number, acceptedCount: number): RoundMeasurement {
  return {
    askedLength: draftedCount,
    draftedCount,
    acceptedCount,
    committedCount: acceptedCount + 1,
    draftMilliseconds: undefined,
    passMilliseconds: undefined,
    roundMilliseconds: undefined,
  };
}

/** Accepted with the chance that the drafter says. */
const honest = (): AcceptancePredictor & { readonly told: VerifiedChain[] } => {
  const told: VerifiedChain[] = [];
  return {
    name: 'honest',
    told,
    predict: (_, confidence = 0.5) => confidence,
    update: (chain) => told.push(chain),
  };
};

describe('entropy', () => {
  // Of two even tokens the entropy is ln 2, so the bound is 1 - sqrt(0.2 ln 2) = 0.628.
  test.each([
    [0.62, false],
    [0.63, true],
  ])('a bound of 0.628 and a threshold of %f: %s', (threshold, stops) => {
    const controller = stopByEntropy(createFixedDraftLength(4), { threshold });
    expect(controller.shouldStop?.(drafted(0.5))).toBe(stops);
    expect(controller.shouldStop?.(drafted(1))).toBe(false);
  });

  test('the threshold rises while too little is accepted, and falls while more is', () => {
    const controller = stopByEntropy(createFixedDraftLength(4));
    const stops = (): boolean => controller.shouldStop?.(drafted(0.5)) === true;
    const after = (rounds: number, accepted: number): boolean => {
      for (let count = 0; count < rounds; count++) controller.observe(round(4, accepted));
      return stops();
    };
    expect([stops(), after(1000, 0), after(1000, 4)]).toEqual([false, true, false]);
  });

  test('what tells nothing but a probability is not stopped', () => {
    const controller = stopByEntropy(createFixedDraftLength(4), { threshold: 1 });
    expect(controller.shouldStop?.({ token: 0, probability: 0.1, depth: 0 })).toBe(false);
  });

  test.each([{ gamma: 0 }, { gamma: Number.NaN }, { threshold: -0.1 }, { targetAcceptance: 1.1 }])(
    '%o is refused',
    (options) => {
      expect(() => stopByEntropy(createFixedDraftLength(1), options)).toThrow(InvalidArgumentError);
    },
  );
});

describe('chance of a rejection', () => {
  test('a draft ends with the token that brings it above the threshold', () => {
    const controller = stopAboveRejection(createFixedDraftLength(9), honest(), 0.3);
    const stops = (chances: readonly number[]): boolean[] => {
      controller.next(9);
      return chances.map((chance, depth) => controller.shouldStop?.(drafted(chance, depth)) === true);
    };
    // Survival 0.9, 0.81, 0.729, 0.656; and each draft begins anew.
    expect(stops([0.9, 0.9, 0.9, 0.9])).toEqual([false, false, false, true]);
    expect(stops([0.9, 0.7])).toEqual([false, true]);
  });

  test('the predictor learns from every draft, with its confidences', () => {
    const predictor = honest();
    const controller = stopAboveRejection(createFixedDraftLength(9), predictor, 0.3);
    controller.next(9);
    for (const [depth, chance] of [0.9, 0.8].entries()) controller.shouldStop?.(drafted(chance, depth));
    controller.observe(round(2, 1));
    controller.observe(round(0, 0));
    expect(predictor.told).toEqual([{ draftedCount: 2, acceptedCount: 1, confidences: [0.9, 0.8] }]);
  });

  test.each([-0.1, 1.1, Number.NaN])('a threshold of %f is refused', (threshold) => {
    expect(() => stopAboveRejection(createFixedDraftLength(1), honest(), threshold)).toThrow(
      InvalidArgumentError,
    );
  });
});

test.each([
  ['below a confidence', (inner: DraftLengthController) => stopBelowConfidence(inner, 0)],
  ['by entropy', (inner: DraftLengthController) => stopByEntropy(inner)],
  ['above a chance of rejection', (inner: DraftLengthController) => stopAboveRejection(inner, honest(), 1)],
])('%s: the rest is the controller that it is put around', (_, wrap) => {
  const seen: unknown[] = [];
  const controller = wrap({
    name: 'inner',
    begin: (start) => seen.push(start),
    next: (limit) => limit - 1,
    shouldStop: ({ depth }) => depth === 2,
    observe: (observed) => seen.push(observed),
  });
  const start = { promptLength: 3, maximumTokens: 5 };
  controller.begin?.(start);
  expect(controller.next(5)).toBe(4);
  expect([0, 1, 2].map((depth) => controller.shouldStop?.(drafted(0.5, depth)))).toEqual([
    false,
    false,
    true,
  ]);
  controller.observe(round(3, 1));
  expect(seen).toEqual([start, round(3, 1)]);
});
