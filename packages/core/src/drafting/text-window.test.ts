import { expect, test } from 'vitest';
import type { LanguageModel } from '../contract/language-model.js';
import { createRequestRandom } from '../random/request-random.js';
import { createLogitsTransform } from '../sampling/create-logits-transform.js';
import { randomTable } from '../testing/random-table.js';
import { createTableModel } from '../testing/table-model.js';
import { createModelDrafter } from './model-drafter.js';
import { createModelTreeDrafter } from './model-tree-drafter.js';
import { createPromptLookupDrafter } from './prompt-lookup-drafter.js';
import { createStagedDrafter } from './staged-drafter.js';
import { createStringMatchDrafter } from './string-match-drafter.js';
import { TextWindow } from './text-window.js';

const vocabularySize = 4;
const model = (contextLength: number): LanguageModel => {
  const table = randomTable(1, vocabularySize, 'smooth');
  return createTableModel({ law: (history) => table(history.slice(-3)), vocabularySize, contextLength });
};
const numbered = (length: number): number[] => Array.from({ length }, (_, place) => place);

test('a text is read whole until it is longer than half of the context, or 1024 tokens', () => {
  expect(new TextWindow(model(64)).size).toBe(32);
  expect(new TextWindow(model(32_768)).size).toBe(1024);
  const text = numbered(32);
  expect(new TextWindow(model(64)).of(text)).toEqual(text);
});

test('of a longer one its end, between a quarter of the window and all of it, from a place that seldom moves', () => {
  const window = new TextWindow(model(64));
  const moves: number[] = [];
  for (let length = 33; length <= 1000; length++) {
    const text = numbered(length);
    const read = window.of(text);
    expect(read).toEqual(text.slice(-read.length));
    expect(read.length).toBeGreaterThan(8);
    expect(read.length).toBeLessThanOrEqual(32);
    if (read[0] !== moves.at(-1)) moves.push(read[0] as number);
  }
  expect(moves).toEqual(moves.map((_, move) => 24 * (move + 1)));
});

test('a begin token that the model expects stays before it', () => {
  const { tokenizer } = model(64);
  const begins = { contextLength: 64, tokenizer: { ...tokenizer, beginToken: 0, addsBeginToken: true } };
  const text = numbered(100);
  expect(new TextWindow(begins).of(text)).toEqual([0, ...text.slice(73)]);
  // A text that has none is given none.
  expect(new TextWindow(begins).of(text.slice(1))).toEqual(text.slice(1).slice(72));
  const unused = { ...begins, tokenizer: { ...begins.tokenizer, addsBeginToken: false } };
  expect(new TextWindow(unused).of(text)).toEqual(text.slice(72));
});

test.each([
  ['a chain', (draft: LanguageModel, target: LanguageModel) => createModelDrafter({ model: draft, target })],
  [
    'a tree',
    (draft: LanguageModel, target: LanguageModel) =>
      createModelTreeDrafter({ model: draft, target, tree: { kind: 'static', widths: [2, 1] } }),
  ],
  [
    'a staged draft',
    (draft: LanguageModel, target: LanguageModel) =>
      createStagedDrafter({ model: draft, target, drafter: createPromptLookupDrafter() }),
  ],
  [
    'a string match',
    (draft: LanguageModel, target: LanguageModel) => createStringMatchDrafter({ model: draft, target }),
  ],
])(
  '%s reads no more of a prompt than the window, and goes on where the draft model has no room for the text',
  async (_, create) => {
    // Was wrong: a draft model read the whole of any prompt, and drafted nothing beyond its own context.
    const [draft, target] = [model(32), model(256)];
    const passes: number[] = [];
    const forward = draft.forward.bind(draft);
    draft.forward = (requests, options) => {
      for (const { tokens } of requests) passes.push(tokens.length);
      return forward(requests, options);
    };
    const drafter = create(draft, target);
    expect(drafter.window).toBe(16);
    const transform = createLogitsTransform({}, vocabularySize);
    const tokens = Array.from({ length: 200 }, (__, place) => (place * place) % vocabularySize);
    const context = {
      tokens,
      promptLength: tokens.length,
      transform,
      random: createRequestRandom({ seed: 1 }).round(tokens.length),
      targetHiddenRows: undefined,
      shouldStop: undefined,
      signal: undefined,
    };
    const proposed = await drafter.propose(context, { maximumTokens: 4, maximumLeaves: 4 });
    expect(proposed.tokens.length).toBeGreaterThan(0);
    expect(passes[0]).toBeLessThanOrEqual(16);
    expect(passes.reduce((sum, pass) => sum + pass, 0)).toBeLessThanOrEqual(16 + 4 * 4);
    await drafter.close();
  },
);
