import { expect, test } from 'vitest';
import type { ForwardRequest, ForwardResult } from '../contract/forward.js';
import type { LanguageModel } from '../contract/language-model.js';
import type { TableLaw } from '../testing/enumerate-joint-law.js';
import { randomTable } from '../testing/random-table.js';
import { createTableModel } from '../testing/table-model.js';
import { readTogether } from './read-together.js';

const vocabularySize = 3;
const tokens = [0, 2, 1, 1, 0, 2, 2];
const { signal } = new AbortController();
const laws = [1, 2].map((seed) => randomTable(seed, vocabularySize, 'smooth')) as [TableLaw, TableLaw];

/** A model that notes its passes, and whose rows are written over by its next pass, as an engine's are. */
function noting(law: TableLaw, maximumPassTokens: number) {
  const model: LanguageModel = createTableModel({
    law,
    vocabularySize,
    maximumPassTokens,
    maximumSequences: 1,
  });
  const passes: (readonly [tokens: readonly number[], rows: ForwardRequest['rows']])[] = [];
  const forward = model.forward.bind(model);
  let last: readonly ForwardResult[] = [];
  Object.assign(model, {
    forward: async (...parameters: Parameters<LanguageModel['forward']>) => {
      const request = parameters[0][0] as ForwardRequest;
      passes.push([request.tokens, request.rows]);
      expect(parameters[1]?.signal).toBe(signal);
      for (const { logits } of last)
        for (let row = 0; row < logits.rowCount; row++) logits.read(row).fill(Number.NaN);
      last = await forward(...parameters);
      return last;
    },
  });
  return { model, passes };
}

test.each([
  [0, [7, 7], [7]],
  [4, [7, 7], [7]],
  [0, [3, 2], [2, 2, 2, 1]],
  [5, [3, 4], [3, 3, 1]],
  [6, [2, 7], [2, 2, 2, 1]],
])('rows from token %i on, passes of at most %j tokens', async (from, longest, widths) => {
  const readers = laws.map((law, index) => noting(law, longest[index] as number));
  const models = readers.map(({ model }) => model) as [LanguageModel, LanguageModel];
  const seen: number[] = [];
  await readTogether({ models, tokens, from, signal }, (left, right, index) => {
    seen.push(index);
    for (const [side, row] of [left, right].entries()) {
      const { probabilities } = (laws[side] as TableLaw)(tokens.slice(0, index + 1));
      for (const [token, logit] of row.entries())
        expect(Math.exp(logit)).toBeCloseTo(probabilities[token] as number, 6);
    }
  });
  expect(seen).toEqual([...tokens.keys()].slice(from));
  for (const { model, passes } of readers) {
    expect(passes.map(([read]) => read.length)).toEqual(widths);
    expect(passes.flatMap(([read]) => read)).toEqual(tokens);
    let start = 0;
    for (const [read, rows] of passes) {
      const wanted = [...read.keys()].filter((row) => start + row >= from);
      expect(rows).toEqual(wanted.length === 0 ? 'none' : wanted);
      start += read.length;
    }
    // Its sequence is closed.
    model.createSequence().close();
  }
});

test('a pass that fails leaves no sequence open', async () => {
  const { model } = noting(laws[0], 7);
  Object.assign(model, { forward: () => Promise.reject(new Error('away')) });
  const other = noting(laws[1], 7).model;
  await expect(readTogether({ models: [model, other], tokens, from: 0, signal }, () => {})).rejects.toThrow(
    'away',
  );
  for (const each of [model, other]) each.createSequence().close();
});
