import { expect, test } from 'vitest';
import { createModelDrafter } from '../drafting/model-drafter.js';
import { randomTable } from '../testing/random-table.js';
import { createTableModel } from '../testing/table-model.js';
import { generate } from './generate.js';
import type { GenerateOptions } from './generate-options.js';

const vocabularySize = 4;
const table = randomTable(1, vocabularySize, 'smooth');
const model = createTableModel({ law: (history) => table(history.slice(-3)), vocabularySize });
const tokensOf = { target: model, prompt: [0], maximumTokens: 60 };
const createDrafter = () => createModelDrafter({ model, target: model });

/** Every round takes as long as any other, so a draft that is always right pays. */
function evenClock(): () => number {
  let time = 0;
  return () => (time += 1);
}

/** Rounds that drafted, by round. */
async function drafting(options: GenerateOptions): Promise<boolean[]> {
  const rounds: boolean[] = [];
  for await (const event of generate(options))
    if (event.type === 'round-end') rounds.push(event.draftedCount > 0);
  return rounds;
}

test('without a clock four tokens are drafted from the first round on', async () => {
  const drafter = createDrafter();
  const lengths: number[] = [];
  for await (const event of generate({ ...tokensOf, drafter }))
    if (event.type === 'draft-end') lengths.push(event.tokens.length);
  expect(lengths.slice(0, 5)).toEqual([4, 4, 4, 4, 4]);
});

test('with a clock the first rounds learn, and what they learnt stays with the drafter', async () => {
  const drafter = createDrafter();
  const first = await drafting({ ...tokensOf, drafter, clock: evenClock() });
  expect(first.slice(0, 5)).toEqual([false, false, false, true, true]);
  const second = await drafting({ ...tokensOf, drafter, clock: evenClock() });
  // The first round says what plain rounds cost now.
  expect(second.slice(0, 2)).toEqual([false, true]);
  const other = await drafting({ ...tokensOf, drafter: createDrafter(), clock: evenClock() });
  expect(other[0]).toBe(false);
});

test('a controller is told when a generation begins', async () => {
  const starts: unknown[] = [];
  const draftLength = {
    name: 'told',
    begin: (start: unknown) => starts.push(start),
    next: () => 0,
    observe: () => {},
  };
  for (const prompt of [[0], [0, 1, 2]])
    await drafting({ target: model, drafter: createDrafter(), draftLength, prompt, maximumTokens: 5 });
  expect(starts).toEqual([
    { promptLength: 1, keptLength: 0, maximumTokens: 5, window: 128, relativeSize: 1 },
    { promptLength: 3, keptLength: 0, maximumTokens: 5, window: 128, relativeSize: 1 },
  ]);
});
