import { expect, test } from 'vitest';
import type { Drafter } from '../contract/drafter.js';
import type { LanguageModel } from '../contract/language-model.js';
import { generate } from '../decoding/generate.js';
import { createModelDrafter } from '../drafting/model-drafter.js';
import { createModelTreeDrafter } from '../drafting/model-tree-drafter.js';
import { createPromptLookupDrafter } from '../drafting/prompt-lookup-drafter.js';
import { createStagedDrafter } from '../drafting/staged-drafter.js';
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

// Was wrong: staged and tree drafters said 1 of every token.
test.each<[string, (model: LanguageModel) => Drafter]>([
  ['a draft model', (model) => createModelDrafter({ model, target: model })],
  [
    'a staged draft model',
    (model) => createStagedDrafter({ model, target: model, drafter: createPromptLookupDrafter() }),
  ],
  [
    'trees of a fixed shape',
    (model) =>
      createModelTreeDrafter({ model, target: model, tree: { kind: 'static', widths: [1, 1, 1, 1, 1, 1] } }),
  ],
  [
    'trees of probable paths',
    (model) =>
      createModelTreeDrafter({ model, target: model, tree: { kind: 'dynamic', nodes: 6, branching: 1 } }),
  ],
  [
    'sampled trees',
    (model) => createModelTreeDrafter({ model, target: model, tree: { kind: 'sampled', nodes: 6 } }),
  ],
])('in greedy decoding a token of %s counts with its probability at temperature 1', async (_, create) => {
  const vocabularySize = 4;
  const table = randomTable(3, vocabularySize, 'smooth');
  const law: TableLaw = (history) => table(history.slice(-3));
  const model = createTableModel({ law, vocabularySize });
  const drafter = create(model);
  const highest = (history: readonly number[]): number => Math.max(...law(history).probabilities);
  const draftLength = stopBelowConfidence(createFixedDraftLength(6), 0.5);
  const history = [0];
  const ends = new Set<boolean>();
  const run = { target: model, drafter, draftLength, prompt: history, sampling: { temperature: 0 } };
  for await (const event of generate({ ...run, maximumTokens: 60 })) {
    if (event.type === 'token-committed') history.push(event.token);
    if (event.type !== 'draft-end') continue;
    const { tokens } = event;
    const low = Array.from(tokens.keys(), (node) => highest([...history, ...tokens.slice(0, node)]) < 0.5);
    expect(low.slice(0, -1)).not.toContain(true);
    ends.add(low.at(-1) as boolean);
  }
  expect(ends).toContain(true);
  await drafter.close();
});

test.each([-0.1, 1.1, Number.NaN])('a confidence of %f is refused', (confidence) => {
  expect(() => stopBelowConfidence(createFixedDraftLength(1), confidence)).toThrow(InvalidArgumentError);
});
