import { describe, expect, test } from 'vitest';
import { generateText } from '../decoding/generate-text.js';
import { randomTable } from '../testing/random-table.js';
import { createTableHeads } from '../testing/table-heads.js';
import { createTableModel } from '../testing/table-model.js';
import { drafterFactories } from './drafters.js';

const vocabularySize = 3;
const law = randomTable(1, vocabularySize, 'smooth');
const target = createTableModel({ law, vocabularySize });
const draft = createTableModel({ law: randomTable(2, vocabularySize, 'smooth'), vocabularySize });
const heads = createTableHeads(vocabularySize);

describe.each([...drafterFactories])('%s', (name, factory) => {
  test('makes a drafter that proposes', async () => {
    expect(factory.name).toBe(name);
    const drafter = factory.create({
      target,
      draft: factory.needsDraftModel ? draft : undefined,
      heads: factory.needsHead === undefined ? undefined : heads,
    });
    const prompt = [0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2];
    const { counters } = await generateText({ target, drafter, prompt, draftLength: 2, maximumTokens: 4 });
    expect(counters.draftedCount).toBeGreaterThan(0);
    await drafter.close();
  });
});

test('a drafter that needs a draft model or a head says so', () => {
  for (const factory of drafterFactories.values()) {
    if (factory.needsDraftModel) expect(() => factory.create({ target })).toThrow(/needs a draft model/);
    if (factory.needsHead !== undefined) {
      const others = new Map([...heads].filter(([name]) => name !== factory.name));
      expect(() => factory.create({ target, heads: others })).toThrow(/needs a head of the target/);
    }
  }
});
