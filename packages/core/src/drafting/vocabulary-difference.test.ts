import { expect, test } from 'vitest';
import { randomTable } from '../testing/random-table.js';
import { createTableModel } from '../testing/table-model.js';
import { createModelDrafter } from './model-drafter.js';

const modelOf = (texts: readonly string[]) =>
  createTableModel({
    law: randomTable(1, texts.length, 'smooth'),
    vocabularySize: texts.length,
    tokenBytes: (token) => new TextEncoder().encode(texts[token]),
  });
const target = modelOf(['a', 'b', 'c', 'd', 'e']);

// Regression: of vocabularies of different sizes nothing but the sizes was said.
test.each<[what: string, draft: readonly string[], message: RegExp]>([
  [
    'of another size',
    ['b', 'a', 'x'],
    /5 tokens against 3; token 0 is "a" in the one and "b" in the other; token 1 is "b" .* "a" .*; token 2 is "c" .* "x" .*; the draft has 40 % of the target's tokens, 0 with the same id\..* across vocabularies: by string match \(.*--foreign-draft slem\), which fits better/,
  ],
  [
    'that ends earlier',
    ['a', 'b', 'c', 'd'],
    /5 tokens against 4; the first 4 are the same; the draft has 80 % .*: by token intersection \(.*--foreign-draft tli\), which fits better/,
  ],
  [
    'whose special tokens come first',
    ['', '', '', '', 'x'],
    /: token 4 is "e" in the one and "x" in the other; token 0 is "a" in the one and a special token in the other; token 1 is/,
  ],
  [
    'of the same size, one of them special',
    ['a', 'b', '', 'd', 'e'],
    /: token 2 is "c" in the one and a special token in the other; the draft has 80 % of the target's tokens, 4 with the same id\./,
  ],
])('a draft with a vocabulary %s is explained token by token', (_, texts, message) => {
  expect(() => createModelDrafter({ model: modelOf(texts), target })).toThrow(message);
});

test('the same tokens are no difference', () => {
  expect(() => createModelDrafter({ model: modelOf(['a', 'b', 'c', 'd', 'e']), target })).not.toThrow();
});
