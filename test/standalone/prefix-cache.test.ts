import {
  compareGreedy,
  createModelDrafter,
  createPrefixCache,
  type GenerationEndEvent,
  generateText,
  type LanguageModel,
} from '@foretoken/core';
import { llamacppBackend } from '@foretoken/llamacpp-backend';
import { onnxBackend } from '@foretoken/onnx-backend';
import { tinyModels } from '@foretoken/tiny-models';
import { expect, test, vi } from 'vitest';

const texts = [
  'export function add(left: number, right: number): number {\n',
  '\n\nexport function subtract(',
  '\n\n/** Of both. */\nexport class Calculator {\n',
];

// On each engine, target and draft keep what they have read of a conversation.
test.each([llamacppBackend, onnxBackend])('a conversation is read once on $name', async (backend) => {
  const target = await backend.loadModel(tinyModels.target, { threads: 1 });
  const draft = await backend.loadModel(tinyModels.draft, { threads: 1 });
  const drafter = createModelDrafter({ model: draft, target });
  const cache = createPrefixCache(target);
  const shared = { draftLength: 3, maximumTokens: 24, sampling: { temperature: 0 }, ignoreEndTokens: true };
  const [readByTarget, readByDraft] = [countRead(target), countRead(draft)];
  let said: number[] = [];
  for (const text of texts) {
    const held = cache.tokens.length;
    const prompt = [...said, ...target.tokenizer.encode(text)];
    const { tokens, counters } = await endOf(cache.generate({ ...shared, prompt, drafter }));
    expect(counters).toMatchObject({ promptCount: prompt.length, keptCount: held });
    const { roundCount, draftedCount } = counters;
    expect(readByTarget()).toBe(prompt.length - 1 - held + roundCount + draftedCount);
    // It reads a draft but for its last token, and what was committed in its place; never the conversation again.
    const news = prompt.length + tokens.length - held;
    expect(readByDraft()).toBeLessThanOrEqual(news + draftedCount + roundCount);

    // As in a conversation that is read anew, but for what passes of other lengths round otherwise.
    const anew = createModelDrafter({ model: draft, target });
    const fresh = await generateText({ ...shared, prompt, target, drafter: anew });
    await anew.close();
    const [first, ...rest] = prompt as [number, ...number[]];
    const difference = await compareGreedy(target, [first], [...rest, ...tokens], [...rest, ...fresh.tokens]);
    expect(difference?.cause ?? 'none').not.toBe('state');
    readByTarget();
    readByDraft();
    said = [...prompt, ...tokens];
  }
  cache.close();
  for (const open of [drafter, draft, target]) await open.close();
});

// And where the context fills up in the middle of a round, what is held is right for the next prompt.
test.each([llamacppBackend, onnxBackend])('a full context is left as it is on $name', async (backend) => {
  const target = await backend.loadModel(tinyModels.target, { threads: 1, contextLength: 48 });
  const draft = await backend.loadModel(tinyModels.draft, { threads: 1, contextLength: 48 });
  const drafter = createModelDrafter({ model: draft, target });
  const cache = createPrefixCache(target);
  const shared = { drafter, draftLength: 7, sampling: { temperature: 0 }, ignoreEndTokens: true };
  const prompt = target.tokenizer.encode(texts[0] as string);
  const first = await endOf(cache.generate({ ...shared, prompt }));
  expect(first.finishReason).toBe('context-full');
  expect(cache.tokens).toEqual([...prompt, ...first.tokens].slice(0, 48));
  expect(prompt.length + first.tokens.length).toBe(49);
  // One more token than there is room for: refused, and nothing is lost.
  const tooLong = [...prompt, ...first.tokens];
  await expect(endOf(cache.generate({ ...shared, prompt: tooLong }))).rejects.toThrow(/holds 48/);
  const again = await endOf(cache.generate({ ...shared, prompt: tooLong.slice(0, 40), maximumTokens: 4 }));
  expect(again.counters.keptCount).toBe(39);
  expect(again.tokens).toEqual(first.tokens.slice(40 - prompt.length, 44 - prompt.length));
  cache.close();
  for (const open of [drafter, draft, target]) await open.close();
});

/** Tokens that a model was given to read since it was asked last. */
function countRead(model: LanguageModel): () => number {
  const spy = vi.spyOn(model, 'forward');
  return () => {
    const requests = spy.mock.calls.flatMap(([given]) => given);
    spy.mockClear();
    return requests.reduce((sum, { tokens }) => sum + tokens.length, 0);
  };
}

async function endOf(events: AsyncIterable<{ type: string }>): Promise<GenerationEndEvent> {
  for await (const event of events) if (event.type === 'generation-end') return event as GenerationEndEvent;
  throw new Error('there is no end');
}
