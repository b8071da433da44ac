import { createModelDrafter, generateText, type LanguageModel } from '@foretoken/core';
import { createTableModel, randomTable, type TableLaw } from '@foretoken/core/testing';
import { expect, test } from 'vitest';
import { wrapModel } from '../subject/wrapped-model.js';
import { createJoinedPasses } from './joined-passes.js';

const vocabularySize = 5;
function shortMemory(seed: number): TableLaw {
  const law = randomTable(seed, vocabularySize, 'smooth');
  return (history) => law(history.slice(-4));
}
function table(seed: number): LanguageModel {
  return createTableModel({ law: shortMemory(seed), vocabularySize, maximumSequences: 16 });
}
const prompts = [0, 1, 2, 3, 4, 0].map((first, index) => [first, index % 3, 2, 1]);

async function texts(target: LanguageModel, draft: LanguageModel) {
  return Promise.all(
    prompts.map(async (prompt, seed) => {
      const drafter = createModelDrafter({ model: draft, target });
      const options = { target, drafter, prompt, seed, draftLength: 3, maximumTokens: 24 };
      const { tokens } = await generateText(options);
      await drafter.close();
      return tokens;
    }),
  );
}

test('decode loops side by side give the texts that each gives alone, in far fewer passes', async () => {
  let passes = 0;
  let requested = 0;
  const inner = wrapModel(table(1), {
    onForward: (requests, results) => {
      passes += 1;
      requested += requests.length;
      return results;
    },
  });
  const draft = table(2);
  const together = await texts(createJoinedPasses(inner), createJoinedPasses(draft));
  expect(together).toEqual(await texts(table(1), table(2)));
  expect(requested / passes).toBeGreaterThan(2);
});

test('an error of a pass reaches everyone who joined it, and later passes run', async () => {
  let broken = true;
  const joined = createJoinedPasses(
    wrapModel(table(1), {
      onForward: (_, results) => {
        if (broken) throw new Error('The engine is gone.');
        return results;
      },
    }),
  );
  const [left, right] = [joined.createSequence(), joined.createSequence()];
  const ask = () =>
    Promise.allSettled(
      [left, right].map((sequence) => joined.forward([{ sequence, tokens: [1], rows: 'last' as const }])),
    );
  expect((await ask()).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  broken = false;
  expect((await ask()).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
});
