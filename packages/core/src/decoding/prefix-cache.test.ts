import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Drafter } from '../contract/drafter.js';
import type { LanguageModel } from '../contract/language-model.js';
import { createModelDrafter } from '../drafting/model-drafter.js';
import { createModelTreeDrafter } from '../drafting/model-tree-drafter.js';
import type { TableLaw } from '../testing/enumerate-joint-law.js';
import { randomTable } from '../testing/random-table.js';
import { createTableModel } from '../testing/table-model.js';
import type { DecodeEvent, GenerationEndEvent } from './decode-event.js';
import { generateText } from './generate-text.js';
import { type ContinueOptions, createPrefixCache, type PrefixCache } from './prefix-cache.js';

const vocabularySize = 3;
function shortMemory(seed: number): TableLaw {
  const table = randomTable(seed, vocabularySize, 'smooth');
  return (history) => table(history.slice(-4));
}
const options = { vocabularySize, contextLength: 96, maximumPassTokens: 8 };
const target = createTableModel({ ...options, law: shortMemory(1), maximumSequences: 2 });
const draft = createTableModel({ ...options, law: shortMemory(2), maximumSequences: 2 });

afterEach(() => vi.restoreAllMocks());

/** Tokens that a model is given to read. */
function countRead(model: LanguageModel): () => number {
  const spy = vi.spyOn(model, 'forward');
  return () => {
    const requests = spy.mock.calls.flatMap(([given]) => given);
    spy.mockClear();
    return requests.reduce((sum, { tokens }) => sum + tokens.length, 0);
  };
}

async function endOf(events: AsyncIterable<DecodeEvent>): Promise<GenerationEndEvent> {
  for await (const event of events) if (event.type === 'generation-end') return event;
  throw new Error('there is no end');
}

/** A generation of its own, on a sequence of its own and with a drafter that knows nothing. */
async function fresh(given: ContinueOptions): Promise<readonly number[]> {
  const drafter = given.drafter && createModelDrafter({ model: draft, target });
  const { tokens } = await generateText({ ...given, target, drafter });
  await drafter?.close();
  return tokens;
}

async function withOwn<Result>(
  create: () => Drafter,
  use: (drafter: Drafter) => Promise<Result>,
): Promise<Result> {
  const drafter = create();
  try {
    return await use(drafter);
  } finally {
    await drafter.close();
  }
}

/** Turns of a conversation: each prompt is all that was said, and something new. */
async function converse(
  cache: PrefixCache,
  given: Omit<ContinueOptions, 'prompt'>,
  check: (prompt: readonly number[], end: GenerationEndEvent) => Promise<void>,
): Promise<void> {
  let said = [0, 1, 2];
  for (const message of [[], [2, 2], [1], [0, 1, 0, 2]]) {
    const prompt = [...said, ...message];
    const end = await endOf(cache.generate({ ...given, prompt }));
    await check(prompt, end);
    said = [...prompt, ...end.tokens];
  }
}

describe('a conversation on one prefix cache', () => {
  test.each(['block', 'tokenwise', 'sample-match'])(
    'gives the text of fresh prompts under %s, and reads only what is new',
    async (rule) => {
      const drafter = createModelDrafter({ model: draft, target });
      for (let seed = 0; seed < 10; seed++) {
        const cache = createPrefixCache(target);
        const shared = { rule, seed, drafter, draftLength: 3, maximumTokens: 10 };
        let held = 0;
        await converse(cache, shared, async (prompt, { tokens, counters }) => {
          expect(counters).toMatchObject({ promptCount: prompt.length, keptCount: held });
          expect(tokens).toEqual(await fresh({ ...shared, prompt }));
          held = prompt.length + tokens.length - 1;
          expect(cache.tokens).toEqual([...prompt, ...tokens].slice(0, held));
        });
        cache.close();
      }
      await drafter.close();
    },
  );

  test('hands each token to the target once, and to the draft model once or when it was guessed', async () => {
    const drafter = createModelDrafter({ model: draft, target });
    const cache = createPrefixCache(target);
    const [readByTarget, readByDraft] = [countRead(target), countRead(draft)];
    let held = 0;
    let heldByDraft = 0;
    await converse(
      cache,
      { drafter, draftLength: 3, maximumTokens: 10 },
      async (prompt, { tokens, counters }) => {
        const { roundCount, draftedCount } = counters;
        // A round reads the last committed token and the draft; the tokens before are the prompt's.
        expect(readByTarget()).toBe(prompt.length - 1 - held + roundCount + draftedCount);
        const newTokens = prompt.length + tokens.length - heldByDraft;
        expect(readByDraft()).toBeLessThanOrEqual(newTokens + draftedCount + 3);
        held = prompt.length + tokens.length - 1;
        // It has not read the last draft token, nor what came after it.
        heldByDraft = prompt.length + tokens.length - 2;
      },
    );
    cache.close();
    await drafter.close();
  });

  test('keeps the longest common beginning of any prompts, and gives their texts', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.nat({ max: 1 }), { minLength: 1, maxLength: 6 }), {
          minLength: 2,
          maxLength: 5,
        }),
        fc.nat(1000),
        async (prompts, seed) => {
          const drafter = createModelDrafter({ model: draft, target });
          const cache = createPrefixCache(target);
          let held: readonly number[] = [];
          for (const prompt of prompts) {
            const given = { prompt, seed, drafter, draftLength: 2, maximumTokens: 4 };
            const { tokens, counters } = await endOf(cache.generate(given));
            const common = prompt.findIndex((token, at) => token !== held[at]);
            expect(counters.keptCount).toBe(
              common < 0 ? prompt.length - 1 : Math.min(common, prompt.length - 1),
            );
            expect(tokens).toEqual(await fresh(given));
            held = cache.tokens;
          }
          cache.close();
          await drafter.close();
        },
      ),
      { seed: 20_261_128, numRuns: 100 },
    ));

  test('keeps what the prompts share where an earlier message was changed', async () => {
    const cache = createPrefixCache(target);
    const first = await endOf(cache.generate({ prompt: [0, 1, 2, 0], maximumTokens: 6 }));
    expect(first.tokens).toHaveLength(6);
    const readByTarget = countRead(target);
    const changed = { prompt: [0, 1, 1, 0, 2], maximumTokens: 4, seed: 5 };
    const second = await endOf(cache.generate(changed));
    expect(second.counters.keptCount).toBe(2);
    expect(readByTarget()).toBe(2 + 4);
    expect(second.tokens).toEqual(await fresh(changed));
    cache.close();
  });

  test('reads the last token again where the prompt is one that it holds', async () => {
    const cache = createPrefixCache(target);
    const again = { prompt: [0, 1, 2, 0], maximumTokens: 6, seed: 3 };
    const { tokens } = await endOf(cache.generate(again));
    const second = await endOf(cache.generate(again));
    expect(second).toMatchObject({ tokens, counters: { keptCount: 3 } });
    cache.close();
  });

  // What the comparisons above would not see, they would not prove.
  test('a sequence that holds other tokens gives other texts', async () => {
    let different = 0;
    for (let seed = 0; seed < 10; seed++) {
      const prompt = [0, 1, 2, 0, 1];
      const sequence = target.createSequence();
      await target.forward([{ sequence, tokens: [2, 2, 2, 2], rows: 'none' }]);
      const wrong = await generateText({ target, prompt, seed, sequence, maximumTokens: 10 });
      sequence.close();
      if (String(wrong.tokens) !== String(await fresh({ prompt, seed, maximumTokens: 10 }))) different += 1;
    }
    expect(different).toBeGreaterThan(0);
  });
});

describe('what a generation that did not end leaves', () => {
  const prompt = [0, 1, 2, 0, 1, 1, 2, 0, 2, 1, 0, 0];
  const next = { prompt: [...prompt, 1, 2], maximumTokens: 8 };

  test.each([
    ['chains', () => createModelDrafter({ model: draft, target }), 'block'],
    [
      'trees',
      () => createModelTreeDrafter({ model: draft, target, tree: { kind: 'static', widths: [2, 1] } }),
      'traversal',
    ],
  ])(
    'is right for the next one, at whichever token it is cancelled or left, with %s',
    async (_, create, rule) => {
      const shared = { rule, draftLength: 3, maximumTokens: 12 };
      const reference = await withOwn(create, (drafter) =>
        generateText({ ...next, ...shared, target, drafter, seed: 9 }),
      );
      for (const way of ['cancelled', 'left'] as const) {
        for (let at = 0; at < 6; at++) {
          const cache = createPrefixCache(target);
          const drafter = create();
          await endOf(cache.generate({ ...shared, prompt: prompt.slice(0, 3), maximumTokens: 2, drafter }));
          const controller = new AbortController();
          const { signal } = controller;
          if (at === 0) queueMicrotask(() => controller.abort());
          let seen = 0;
          for await (const event of cache.generate({ ...shared, prompt, drafter, signal })) {
            if (event.type !== 'token-committed' || ++seen !== at) continue;
            if (way === 'left') break;
            controller.abort();
          }
          expect([...prompt, ...reference.tokens].length).toBeGreaterThan(cache.tokens.length);
          const { tokens } = await endOf(cache.generate({ ...next, ...shared, drafter, seed: 9 }));
          expect(tokens, `${way} at ${at}`).toEqual(reference.tokens);
          cache.close();
          await drafter.close();
        }
      }
    },
  );

  test('is what was there before, where the pass of a tree failed', async () => {
    const cache = createPrefixCache(target);
    const create = () =>
      createModelTreeDrafter({ model: draft, target, tree: { kind: 'static', widths: [2, 1] } });
    const drafter = create();
    const shared = { drafter, rule: 'traversal', draftLength: 4, maximumTokens: 6 };
    const first = await endOf(cache.generate({ ...shared, prompt }));
    const continued = [...prompt, ...first.tokens];
    vi.spyOn(target, 'forward').mockRejectedValueOnce(new Error('the engine is out of memory'));
    const failing = cache.generate({ ...shared, prompt: continued });
    await expect(endOf(failing)).rejects.toThrow(/out of memory/);
    expect(cache.tokens).toEqual(continued.slice(0, -1));
    const { tokens, counters } = await endOf(cache.generate({ ...shared, prompt: continued, seed: 4 }));
    expect(counters.keptCount).toBe(continued.length - 1);
    await drafter.close();
    const reference = await withOwn(create, (own) =>
      generateText({ ...shared, drafter: own, target, prompt: continued, seed: 4 }),
    );
    expect(tokens).toEqual(reference.tokens);
    cache.close();
  });

  test('is kept where the prompt is longer than the context: the cache goes on with a shorter one', async () => {
    const cache = createPrefixCache(target);
    await endOf(cache.generate({ prompt, maximumTokens: 4 }));
    const held = cache.tokens;
    const tooLong = [...held, ...Array.from({ length: 100 }, () => 1)];
    await expect(endOf(cache.generate({ prompt: tooLong }))).rejects.toThrow(/context of table holds 96/);
    expect(cache.tokens).toEqual(held);
    cache.close();
  });
});

function withoutRollback(): LanguageModel {
  const recurrent = createTableModel({ ...options, law: shortMemory(1), maximumSequences: 2 });
  return Object.assign(recurrent, { capabilities: { ...recurrent.capabilities, rollback: false } });
}

test('a model without rollback goes on with what it holds, and starts anew where that has to change', async () => {
  const cache = createPrefixCache(withoutRollback());
  const first = await endOf(cache.generate({ prompt: [0, 1, 2], maximumTokens: 4 }));
  const longer = [0, 1, 2, ...first.tokens, 1];
  const second = await endOf(cache.generate({ prompt: longer, maximumTokens: 4, seed: 1 }));
  expect(second.counters.keptCount).toBe(longer.length - 2);
  expect(second.tokens).toEqual(await fresh({ prompt: longer, maximumTokens: 4, seed: 1 }));
  const other = await endOf(cache.generate({ prompt: [0, 1, 1, 1], maximumTokens: 4, seed: 2 }));
  expect(other.counters.keptCount).toBe(0);
  expect(other.tokens).toEqual(await fresh({ prompt: [0, 1, 1, 1], maximumTokens: 4, seed: 2 }));
  cache.close();
});

// Was wrong: the sequence was kept, and the next message that went on with it failed.
test('a model without rollback starts anew after a generation that was cancelled while it read the prompt', async () => {
  const cache = createPrefixCache(withoutRollback());
  const first = await endOf(cache.generate({ prompt: [0, 1, 2], maximumTokens: 4 }));
  const longer = [0, 1, 2, ...first.tokens, 1];
  const controller = new AbortController();
  controller.abort();
  const cancelled = await endOf(
    cache.generate({ prompt: longer, maximumTokens: 4, signal: controller.signal }),
  );
  expect(cancelled.finishReason).toBe('cancelled');
  expect(cache.tokens).toEqual([]);
  const again = await endOf(cache.generate({ prompt: longer, maximumTokens: 4, seed: 1 }));
  expect(again.tokens).toEqual(await fresh({ prompt: longer, maximumTokens: 4, seed: 1 }));
  cache.close();
});

test('runs one generation at a time, and can be closed and used again', async () => {
  const cache = createPrefixCache(target);
  const running = cache.generate({ prompt: [0], maximumTokens: 4 });
  await running.next();
  await expect(cache.generate({ prompt: [0] }).next()).rejects.toThrow(/one generation at a time/);
  await running.return();
  cache.close();
  expect(cache.tokens).toEqual([]);
  const { tokens } = await endOf(cache.generate({ prompt: [0, 2], maximumTokens: 4 }));
  expect(tokens).toEqual(await fresh({ prompt: [0, 2], maximumTokens: 4 }));
  cache.close();
  // Both sequences of the model are free again.
  for (const sequence of [target.createSequence(), target.createSequence()]) sequence.close();
});
