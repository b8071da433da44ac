import { describe, expect, test } from 'vitest';
import { InvalidArgumentError } from '../errors/invalid-argument-error.js';
import type { DraftLengthController } from './draft-length-controller.js';
import type { AcceptancePredictor } from './predictors/acceptance-predictor.js';
import { createBetaSurvival } from './predictors/beta-survival.js';
import { createTableDraftLength } from './table-draft-length.js';

const table = { acceptance: [0, 0.5, 0.8], lengths: [0, 3, 7] };

/** Rounds in which exactly `accepted(round)` of the drafted tokens are kept; the lengths that were asked. */
function run(
  controller: DraftLengthController,
  rounds: number,
  accepted: (round: number) => number,
  milliseconds?: (length: number) => number,
): number[] {
  return Array.from({ length: rounds }, (_, round) => {
    const askedLength = controller.next(15);
    for (let depth = 0; depth < askedLength; depth++)
      controller.shouldStop?.({ token: 0, probability: 0.9, depth });
    const acceptedCount = Math.min(askedLength, accepted(round));
    controller.observe({
      askedLength,
      draftedCount: askedLength,
      acceptedCount,
      committedCount: acceptedCount + 1,
      draftMilliseconds: undefined,
      passMilliseconds: undefined,
      roundMilliseconds: milliseconds?.(askedLength),
    });
    return askedLength;
  });
}

/** Says what the last draft gave. */
function lastAcceptance(first: number): AcceptancePredictor & { value: number } {
  return {
    name: 'last',
    value: first,
    predict() {
      return this.value;
    },
    update({ draftedCount, acceptedCount }) {
      this.value = acceptedCount / draftedCount;
    },
  };
}

test('it asks for nothing but what the table holds, or one token as a probe', () => {
  const controller = createTableDraftLength({ table, predictor: createBetaSurvival(), firstProbe: 16 });
  const lengths = run(controller, 2000, (round) => (round < 200 ? 15 : round % 2));
  expect(new Set(lengths)).toEqual(new Set([0, 1, 3, 7]));
});

test('what is always accepted is drafted as long as the table says, what never is, not at all', () => {
  const always = createTableDraftLength({ table, predictor: createBetaSurvival() });
  expect(run(always, 60, () => 15).at(-1)).toBe(7);
  const never = createTableDraftLength({ table, predictor: createBetaSurvival(), firstProbe: 32 });
  const lengths = run(never, 2000, () => 0);
  expect(lengths.filter((length) => length > 0).length).toBeLessThan(30);
  expect(lengths.slice(1000).filter((length) => length > 0).length).toBeLessThanOrEqual(4);
});

test('it comes back when the draft becomes right', () => {
  const controller = createTableDraftLength({ table, predictor: createBetaSurvival(), firstProbe: 32 });
  expect(run(controller, 6000, (round) => (round < 200 ? 0 : 15)).at(-1)).toBe(7);
});

describe('hysteresis', () => {
  test('an acceptance on the edge of two states stays in one', () => {
    const edge = (hysteresis: number): number => {
      const predictor = lastAcceptance(0.79);
      const controller = createTableDraftLength({ table, predictor, hysteresis });
      let moves = 0;
      let state = controller.state;
      for (let round = 0; round < 40; round++) {
        // 0.78 and 0.82 of a hundred tokens.
        controller.observe({
          askedLength: 100,
          draftedCount: 100,
          acceptedCount: round % 2 === 0 ? 78 : 82,
          committedCount: 1,
          draftMilliseconds: undefined,
          passMilliseconds: undefined,
          roundMilliseconds: undefined,
        });
        if (controller.state !== state) moves += 1;
        state = controller.state;
      }
      return moves;
    };
    expect(edge(0.2)).toBe(0);
    // What it is compared with: without hysteresis it moves every round.
    expect(edge(0)).toBeGreaterThan(30);
  });

  test('whatever it is, all states can be reached', () => {
    const predictor = lastAcceptance(0.1);
    const controller = createTableDraftLength({ table, predictor, hysteresis: 0.9 });
    const observe = (acceptedCount: number): number => {
      const counts = { askedLength: 100, draftedCount: 100, acceptedCount, committedCount: 1 };
      const times = {
        draftMilliseconds: undefined,
        passMilliseconds: undefined,
        roundMilliseconds: undefined,
      };
      controller.observe({ ...counts, ...times });
      return controller.state;
    };
    expect([observe(100), observe(0)]).toEqual([2, 0]);
  });
});

test('a length that the table holds is left alone where rounds no longer pay', () => {
  const roundCosts = { lengths: [0, 7], milliseconds: [1, 2] };
  const options = { table, predictor: createBetaSurvival(), roundCosts };
  const always = (): number => 15;
  expect(run(createTableDraftLength(options), 60, always, (length) => 1 + length / 7).at(-1)).toBe(7);
  const slow = createTableDraftLength({ ...options, predictor: createBetaSurvival() });
  expect(run(slow, 200, always, (length) => (length === 0 ? 1 : 20)).at(-1)).toBe(0);
});

test('it never asks for more than the limit', () => {
  const controller = createTableDraftLength({ table, predictor: lastAcceptance(0.99) });
  expect([0, 1, 5, 63].map((limit) => controller.next(limit))).toEqual([0, 1, 5, 7]);
});

test.each([-0.1, 1, Number.NaN])('a hysteresis of %f is refused', (hysteresis) => {
  expect(() => createTableDraftLength({ table, predictor: createBetaSurvival(), hysteresis })).toThrow(
    InvalidArgumentError,
  );
});
