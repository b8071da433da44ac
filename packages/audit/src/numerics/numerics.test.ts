import {
  createLogitsTransform,
  drafterFactories,
  type DrafterFactory,
  type ForwardResult,
  type LanguageModel,
  RowLogits,
  tokenwise,
} from '@foretoken/core';
import { createTableModel, randomTable, type TableLaw } from '@foretoken/core/testing';
import { describe, expect, test } from 'vitest';
import { wrapModel } from '../subject/wrapped-model.js';
import { createSubject } from '../subject/create-subject.js';
import { compareGreedyTexts } from './compare-greedy-texts.js';
import { measureNumerics } from './measure-numerics.js';

const vocabularySize = 6;
function shortMemory(seed: number): TableLaw {
  const table = randomTable(seed, vocabularySize, 'smooth');
  return (history) => table(history.slice(-4));
}
const options = { vocabularySize, maximumSequences: 8 };
const target = createTableModel({ ...options, law: shortMemory(1) });
const draft = createTableModel({ ...options, law: shortMemory(2) });
const texts = [0, 1, 2].map((text) =>
  Array.from({ length: 14 }, (_, at) => (text + at * at) % vocabularySize),
);
const transform = createLogitsTransform({ temperature: 1 }, vocabularySize);

/** A model whose passes over several tokens move the logit of token 0. */
function uneven(amount: number): LanguageModel {
  return wrapModel(target, {
    onForward: (requests, results) =>
      results.map(({ logits, hiddenStates }, index): ForwardResult => {
        const several = (requests[index]?.tokens.length ?? 0) > 1;
        const rows = Array.from({ length: logits.rowCount }, (_, row) => {
          const copy = logits.read(row).slice();
          if (several) copy[0] = (copy[0] as number) + amount;
          return copy;
        });
        return { logits: new RowLogits(rows, vocabularySize), hiddenStates };
      }),
  });
}

describe('the distance of passes over several tokens from passes over one', () => {
  test('is nothing where the engine rounds alike', async () => {
    const distances = await measureNumerics(target, texts, transform);
    expect(distances.map(({ tokens }) => tokens)).toEqual([2, 3, 4, 8]);
    for (const distance of distances) {
      expect(distance).toMatchObject({ rowCount: 24, logProbability: 0, largestTotalVariation: 0 });
      expect(distance.meanDivergence).toBe(0);
    }
  });

  test('is found where it does not', async () => {
    for (const distance of await measureNumerics(uneven(0.01), texts, transform)) {
      // Moving one logit by .01 moves every log-probability by at most that, and the row by at most .01 / 4.
      expect(distance.logProbability).toBeGreaterThan(0.005);
      expect(distance.logProbability).toBeLessThanOrEqual(0.0101);
      expect(distance.largestTotalVariation).toBeGreaterThan(1e-4);
      expect(distance.largestTotalVariation).toBeLessThan(0.0026);
      expect(distance.meanTotalVariation).toBeLessThanOrEqual(distance.largestTotalVariation);
      expect(distance.meanDivergence).toBeGreaterThan(0);
      expect(distance.meanDivergence).toBeLessThan(0.0001);
    }
  });

  test('texts that are too short are left out, and cancelling ends it', async () => {
    expect(await measureNumerics(target, [[1, 2, 3]], transform)).toEqual([]);
    expect(await measureNumerics(target, texts, transform, AbortSignal.abort())).toEqual([]);
  });
});

describe('greedy texts, plain and speculative', () => {
  const subject = (model: LanguageModel) =>
    createSubject({
      rule: tokenwise,
      drafter: drafterFactories.get('draft-model') as DrafterFactory,
      models: { target: model, draft },
      engine: 'table',
      sampling: {},
    });

  test('are identical on a sound engine', async () => {
    const { count, identical, mismatches } = await compareGreedyTexts(subject(target), texts, 24);
    expect({ count, identical, mismatches }).toEqual({ count: 3, identical: 3, mismatches: [] });
  });

  test('differ for numerics where passes differ by that much', async () => {
    const { mismatches } = await compareGreedyTexts(subject(uneven(1)), texts, 24);
    expect(mismatches.length).toBeGreaterThan(0);
    for (const mismatch of mismatches) {
      expect(mismatch).toMatchObject({ cause: 'numerics', subject: 'tokenwise, draft-model, table' });
    }
  });

  test('differ for the state of the cache where a rollback is wrong', async () => {
    const wrong = wrapModel(target, { rollbackTo: (wanted, length) => Math.min(length, wanted + 1) });
    const { mismatches } = await compareGreedyTexts(subject(wrong), texts, 24);
    expect(mismatches.some(({ cause }) => cause === 'state')).toBe(true);
  });
});
