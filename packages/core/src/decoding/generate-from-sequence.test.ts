import { describe, expect, test } from 'vitest';
import { createModelDrafter } from '../drafting/model-drafter.js';
import type { TableLaw } from '../testing/enumerate-joint-law.js';
import { randomTable } from '../testing/random-table.js';
import { createTableModel } from '../testing/table-model.js';
import { generate } from './generate.js';
import type { GenerateOptions } from './generate-options.js';
import { generateText } from './generate-text.js';

const vocabularySize = 3;
function shortMemory(seed: number): TableLaw {
  const table = randomTable(seed, vocabularySize, 'smooth');
  return (history) => table(history.slice(-4));
}
const target = createTableModel({ law: shortMemory(1), vocabularySize, maximumSequences: 4 });
const draft = createTableModel({ law: shortMemory(2), vocabularySize });
const drafter = createModelDrafter({ model: draft, target });
const prompt = [0, 1, 2, 0, 1];
const shared = { target, drafter, prompt, draftLength: 3, maximumTokens: 10 };

async function holding(tokens: readonly number[]) {
  const sequence = target.createSequence();
  if (tokens.length > 0) await target.forward([{ sequence, tokens, rows: 'none' }]);
  return sequence;
}

describe('a generation that starts from a sequence of the caller', () => {
  test.each([0, 1, 2, 4])('gives the same text, when the sequence holds %i tokens', async (count) => {
    for (let seed = 0; seed < 10; seed++) {
      const sequence = await holding(prompt.slice(0, count));
      const { tokens } = await generateText({ ...shared, seed, sequence });
      expect(tokens).toEqual((await generateText({ ...shared, seed })).tokens);
      expect(sequence.length).toBe(prompt.length + tokens.length - 1);
      sequence.close();
    }
  });

  test('leaves it open for the next one, which reads only what is new', async () => {
    const sequence = await holding([]);
    const first = await generateText({ ...shared, seed: 1, sequence });
    const longer = [...prompt, ...first.tokens, 2, 1];
    const second = await generateText({ ...shared, prompt: longer, seed: 2, sequence });
    expect(second.tokens).toEqual((await generateText({ ...shared, prompt: longer, seed: 2 })).tokens);
    sequence.close();
  });

  test('leaves the beginning alone where each generation has a fork of it', async () => {
    const beginning = await holding(prompt.slice(0, -1));
    for (let seed = 0; seed < 10; seed++) {
      const fork = beginning.doFork();
      const { tokens } = await generateText({ ...shared, seed, sequence: fork });
      fork.close();
      expect(tokens).toEqual((await generateText({ ...shared, seed })).tokens);
      expect(beginning.length).toBe(prompt.length - 1);
    }
    beginning.close();
  });

  test('ends with what was emitted, also at a stop string inside a round, and when cancelled', async () => {
    const sequence = await holding([]);
    for (let seed = 0; seed < 20; seed++) {
      const { tokens } = await generateText({ ...shared, seed, sequence, stop: ['ab', 'ca'] });
      expect(sequence.length).toBe(prompt.length + tokens.length - 1);
      sequence.doRollback(0);
      const controller = new AbortController();
      let emitted = 0;
      for await (const event of generate({ ...shared, seed, sequence, signal: controller.signal })) {
        if (event.type === 'token-committed' && ++emitted === 2) controller.abort();
        if (event.type === 'generation-end')
          expect(sequence.length).toBe(prompt.length + event.tokens.length - 1);
      }
      sequence.doRollback(0);
    }
    sequence.close();
  });

  test('must leave at least one token of the prompt to read, and be of the same model', async () => {
    const sequence = await holding(prompt);
    await expect(generateText({ ...shared, sequence })).rejects.toThrow(/Roll the sequence back to 4/);
    sequence.close();
    const other = draft.createSequence();
    await expect(generateText({ ...shared, sequence: other })).rejects.toThrow(/another model/);
    other.close();
  });
});

test('a broken option is found before the sequence is touched', async () => {
  const sequence = await holding(prompt.slice(0, 2));
  const broken: GenerateOptions = { ...shared, sequence, maximumTokens: 0 };
  await expect(generateText(broken)).rejects.toThrow(/maximumTokens/);
  expect(sequence.length).toBe(2);
  sequence.close();
});
