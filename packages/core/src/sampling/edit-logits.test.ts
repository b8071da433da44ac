import { describe, expect, test } from 'vitest';
import { editLogits, editsLogits } from './edit-logits.js';
import { createSamplingContext } from './sampling-context.js';
import type { SamplingSettings } from './sampling-settings.js';

const logits = Float32Array.of(2, -2, 0, 1);

function edit(settings: SamplingSettings, history: readonly number[] = []): number[] {
  const edited = logits.slice();
  editLogits(createSamplingContext(settings, 4), edited, history);
  return [...edited];
}

test('rows are copied only where a mask, a bias or a penalty is set', () => {
  const edits = (settings: SamplingSettings) => editsLogits(createSamplingContext(settings, 4));
  expect(edits({})).toBe(false);
  expect(edits({ temperature: 0.5, topK: 2, topP: 0.5, minP: 0.1, typicalP: 0.5 })).toBe(false);
  expect(edits({ logitBias: new Map(), penaltyWindow: 8 })).toBe(false);
  expect(edits({ logitBias: new Map([[0, 1]]) })).toBe(true);
  expect(edits({ allowedTokens: { mask: () => undefined } })).toBe(true);
  expect(edits({ repetitionPenalty: 1.1 })).toBe(true);
  expect(edits({ frequencyPenalty: 0.1 })).toBe(true);
  expect(edits({ presencePenalty: -0.1 })).toBe(true);
});

describe('penalties', () => {
  test('repetition divides what is above 0, multiplies what is below, and leaves 0 and the unseen', () => {
    expect(edit({ repetitionPenalty: 2 }, [0, 1, 2])).toEqual([1, -4, 0, 1]);
  });

  test('frequency counts occurrences, presence does not', () => {
    expect(edit({ frequencyPenalty: 0.5 }, [0, 0, 0, 1])).toEqual([0.5, -2.5, 0, 1]);
    expect(edit({ presencePenalty: 0.5 }, [0, 0, 0, 1])).toEqual([1.5, -2.5, 0, 1]);
  });

  test('look at the last tokens of the window, all of a shorter history, and none with a window of 0', () => {
    const penalize = (penaltyWindow: number) => edit({ frequencyPenalty: 1, penaltyWindow }, [0, 1, 1]);
    expect(penalize(0)).toEqual([2, -2, 0, 1]);
    expect(penalize(2)).toEqual([2, -4, 0, 1]);
    expect(penalize(3)).toEqual([1, -4, 0, 1]);
    expect(penalize(4)).toEqual([1, -4, 0, 1]);
  });

  test('come after the bias, which comes after the mask', () => {
    const settings: SamplingSettings = {
      allowedTokens: { mask: () => Uint8Array.of(1, 1, 1, 0) },
      logitBias: new Map([
        [1, 4],
        [3, 9],
      ]),
      repetitionPenalty: 2,
    };
    // -2 + 4 is above 0 and is divided; no bias brings a forbidden token back.
    expect(edit(settings, [1, 3])).toEqual([2, 1, 0, Number.NEGATIVE_INFINITY]);
  });
});
