import { describe, expect, test } from 'vitest';
import type { Drafter } from '../contract/drafter.js';
import { InvalidDraftError } from '../errors/invalid-draft-error.js';
import { oneHot } from '../sampling/draw.js';
import type { TableLaw } from '../testing/enumerate-joint-law.js';
import { randomTable } from '../testing/random-table.js';
import type { SiblingKind } from '../testing/sibling-law.js';
import { createSyntheticTreeDrafter } from '../testing/synthetic-tree-drafter.js';
import { createTableModel } from '../testing/table-model.js';
import { verificationRules } from '../verification/rules.js';
import { generateText } from './generate-text.js';

const vocabularySize = 3;
/** A law that looks at the last four tokens, so that long texts need no endless table. */
function shortMemory(seed: number): TableLaw {
  const table = randomTable(seed, vocabularySize, 'smooth');
  return (history) => table(history.slice(-4));
}
const target = createTableModel({ law: shortMemory(1), vocabularySize });
const treeRules = [...verificationRules.values()].filter(({ trees }) => trees);
const prompt = [0, 1, 2, 0, 1];
/** Nodes of a round's tree: two children with two children each. */
const draftLength = 6;
const drafter = (siblings?: SiblingKind): Drafter =>
  createSyntheticTreeDrafter({ law: shortMemory(2), vocabularySize, widths: [2, 2], siblings });

describe.each(treeRules)('trees under $name', ({ name: rule }) => {
  test('greedy text is the plain one', async () => {
    const options = { target, prompt, rule, sampling: { temperature: 0 }, maximumTokens: 60 };
    const plain = await generateText(options);
    for (const siblings of [undefined, 'likeliest'] as const) {
      const { tokens } = await generateText({ ...options, drafter: drafter(siblings), draftLength });
      expect(tokens).toEqual(plain.tokens);
    }
  });
});

test('sample-match gives the same text for the same seed, with trees or without drafting', async () => {
  for (let seed = 0; seed < 20; seed++) {
    const options = { target, prompt, seed, rule: 'sample-match', maximumTokens: 40 };
    const { tokens } = await generateText({ ...options, drafter: drafter(), draftLength });
    expect(tokens).toEqual((await generateText(options)).tokens);
  }
});

test('a drafter that proposes branches where none are taken is named', async () => {
  const branching: Drafter = {
    name: 'branching',
    propose: async () => ({
      tokens: [1, 2],
      parents: [-1, -1],
      distributions: [oneHot(1), oneHot(2)],
      drafters: ['branching', 'branching'],
    }),
    observe() {},
    async close() {},
  };
  const run = generateText({ target, prompt, drafter: branching, draftLength: 4, rule: 'block' });
  await expect(run).rejects.toThrow(InvalidDraftError);
  await expect(run).rejects.toThrow(/branching.*2 leaves of at most 1/);
});
