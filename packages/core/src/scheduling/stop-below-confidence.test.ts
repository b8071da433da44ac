import { expect, test } from 'vitest';
import { generate } from '../decoding/generate.js';
import { createModelDrafter } from '../drafting/model-drafter.js';
import { InvalidArgumentError } from '../errors/invalid-argument-error.js';
import { probabilityOf } from '../sampling/draw.js';
import type { TableLaw } from '../testing/enumerate-joint-law.js';
import { randomTable } from '../testing/random-table.js';
import { createTableModel } from '../testing/table-model.js';
import { createFixedDraftLength } from './fixed-draft-length.js';
import { stopBelowConfidence } from './stop-below-confidence.js';

test('a draft ends with its first token of low confidence, which it keeps', async () => {
  const confidence = 0.3;
  const length = 6;
  const vocabularySize = 4;
  const table = randomTable(2, vocabularySize, 'smooth');
  const draftLaw: TableLaw = (history) => table(history.slice(-3));
  const target = createTableModel({ law: (history) => draftLaw(history.toReversed()), vocabularySize });
  const model = createTableModel({ law: draftLaw, vocabularySize });
  const drafter = createModelDrafter({ model, target });
  const draftLength = stopBelowConfidence(createFixedDraftLength(length), confidence);
  const history = [0];
  const lengths = new Set<number>();
  for await (const event of generate({ target, drafter, draftLength, prompt: history, maximumTokens: 60 })) {
    if (event.type === 'token-committed') history.push(event.token);
    if (event.type !== 'draft-end') continue;
    const { tokens } = event;
    const low = tokens.map(
      (token, node) => probabilityOf(draftLaw([...history, ...tokens.slice(0, node)]), token) < confidence,
    );
    expect(low.slice(0, -1)).not.toContain(true);
    const asked = Math.min(length, 60 - (history.length - 1) - 1);
    if (tokens.length < asked) expect(low.at(-1)).toBe(true);
    lengths.add(tokens.length);
  }
  // Both ends occur.
  expect(lengths.size).toBeGreaterThan(1);
  await drafter.close();
});

test('in greedy decoding a token counts with its probability at temperature 1', async () => {
  const vocabularySize = 4;
  const table = randomTable(3, vocabularySize, 'smooth');
  const law: TableLaw = (history) => table(history.slice(-3));
  const model = createTableModel({ law, vocabularySize });
  const drafter = createModelDrafter({ model, target: model });
  const highest = (history: readonly number[]): number => Math.max(...law(history).probabilities);
  const draftLength = stopBelowConfidence(createFixedDraftLength(6), 0.5);
  const history = [0];
  const ends = new Set<boolean>();
  const run = { target: model, drafter, draftLength, prompt: history, sampling: { temperature: 0 } };
  for await (const event of generate({ ...run, maximumTokens: 60 })) {
    if (event.type === 'token-committed') history.push(event.token);
    if (event.type !== 'draft-end') continue;
    const { tokens } = event;
    const low = tokens.map((_, node) => highest([...history, ...tokens.slice(0, node)]) < 0.5);
    expect(low.slice(0, -1)).not.toContain(true);
    ends.add(low.at(-1) as boolean);
  }
  expect(ends).toContain(true);
  await drafter.close();
});

test.each([-0.1, 1.1, Number.NaN])('a confidence of %f is refused', (confidence) => {
  expect(() => stopBelowConfidence(createFixedDraftLength(1), confidence)).toThrow(InvalidArgumentError);
});
