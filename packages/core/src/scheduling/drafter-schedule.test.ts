import { describe, expect, test } from 'vitest';
import type { Drafter } from '../contract/drafter.js';
import type { LanguageModel } from '../contract/language-model.js';
import { generateText } from '../decoding/generate-text.js';
import { type CombinedDrafterOptions, createCombinedDrafter } from '../drafting/combined-drafter.js';
import { createModelDrafter } from '../drafting/model-drafter.js';
import { createPromptLookupDrafter } from '../drafting/prompt-lookup-drafter.js';
import { createTableModel } from '../testing/table-model.js';
import { createTimedModel } from '../testing/timed-model.js';
import { DrafterSchedule } from './drafter-schedule.js';

// A greedy text that copies its prompt and writes freely in turn, on a clock that the passes move. Nothing is drawn.
const vocabularySize = 1024;
const [firstFree, separator] = [500, 1000];
const piece = 48;
const turns = 4;
const copied = Array.from({ length: turns * piece }, (_, index) => 1 + index);
const free = copied.map((_, index) => firstFree + index);
const prompt = [...copied, separator];
const output = Array.from({ length: turns }, (_, turn) =>
  [copied, free].flatMap((tokens) => tokens.slice(turn * piece, (turn + 1) * piece)),
).flat();
const text = [...prompt, ...output];

let now = 0;
const clock = (): number => now;

/**
 * Reading a token more costs `rise` of what the first costs.
 *
 * @param sureness probability of the next token; the rest is the last one's of the vocabulary.
 */
function model(
  next: (history: readonly number[]) => number,
  milliseconds: number,
  rise: number | ((tokens: number) => number),
  sureness: (token: number) => number = () => 1,
): LanguageModel {
  const table = createTableModel({
    law: (history) => {
      const probabilities = new Float64Array(vocabularySize);
      const token = next(history);
      probabilities[vocabularySize - 1] = 1 - sureness(token);
      probabilities[token] = sureness(token);
      return { tokens: undefined, probabilities };
    },
    vocabularySize,
    contextLength: 2 * text.length,
  });
  const timed = createTimedModel(table, (tokens) => {
    now += milliseconds * (1 + (typeof rise === 'number' ? rise * (tokens - 1) : rise(tokens)));
  });
  // As large as it is slow.
  return { ...timed, memory: () => ({ ...table.memory(), weights: milliseconds }) };
}

const follows = (history: readonly number[]): number =>
  history.every((token, index) => token === text[index]) ? (text[history.length] ?? 0) : 0;
const target = model(follows, 10, 0.05);
/** Right about what is free, three times in four. */
const small = (milliseconds: number): LanguageModel =>
  model(
    (history) => {
      const token = follows(history);
      return token >= firstFree && token % 4 !== 0 ? token : 0;
    },
    milliseconds,
    0.3,
  );

/** Milliseconds to decode the text, a text before it decoded already. */
async function timeToDecode(drafter: Drafter | undefined): Promise<number> {
  const options = {
    target,
    drafter,
    prompt,
    maximumTokens: output.length,
    clock,
    sampling: { temperature: 0 },
  };
  await generateText(options);
  const { tokens, counters } = await generateText(options);
  expect(tokens).toEqual(output);
  await drafter?.close();
  return counters.decodeMilliseconds as number;
}

const lookup = createPromptLookupDrafter;
const draftModel = (cost = 2) => createModelDrafter({ model: small(cost), target });
const joined = (combination: CombinedDrafterOptions['combination'], drafters: readonly Drafter[]): Drafter =>
  createCombinedDrafter({ combination, drafters });

describe('a drafter for each kind of text', () => {
  test.each(['in this order', 'in the other'])('is faster than either alone, %s', async (order) => {
    const drafters = [lookup(), draftModel()];
    const both = await timeToDecode(
      joined('estimate', order === 'in the other' ? drafters.toReversed() : drafters),
    );
    const [first, second] = [await timeToDecode(lookup()), await timeToDecode(draftModel())];
    expect(both).toBeLessThan(0.85 * Math.min(first, second));
    // And than the first that has something, under one length for all.
    expect(both).toBeLessThan(await timeToDecode(joined('priority', [lookup(), draftModel()])));
  });

  test('a model that costs too much is left alone, and the other drafts as it would by itself', async () => {
    const both = await timeToDecode(joined('estimate', [draftModel(12), lookup()]));
    expect(both).toBeLessThan(1.02 * (await timeToDecode(lookup())));
  });

  // A copier that was never used had no costs, and without those of all of them the longest draft was taken, however dear.
  test('a second copier that is never better takes nothing from the first', async () => {
    const right = () => createModelDrafter({ model: model(follows, 2, 0.3), target });
    const second = { ...lookup(), name: 'second' };
    const withSecond = await timeToDecode(joined('estimate', [lookup(), second, right()]));
    expect(withSecond).toBeLessThan(1.01 * (await timeToDecode(joined('estimate', [lookup(), right()]))));
  });

  test('a guess that is unlikely ends a draft and is not verified, where a pass over two tokens is dear', async () => {
    // Every fourth token is guessed wrong, and the model is unsure there.
    const dear = (tokens: number): number => (tokens === 1 ? 0 : 0.6 + 0.02 * tokens);
    const unsure = model(
      (history) => (follows(history) % 4 === 0 ? 0 : follows(history)),
      1,
      0.3,
      (token) => (token === 0 ? 0.6 : 0.99),
    );
    const slow = model(follows, 10, dear);
    const drafter = joined('estimate', [createModelDrafter({ model: unsure, target: slow })]);
    const options = { target: slow, drafter, prompt, clock, sampling: { temperature: 0 } };
    await generateText({ ...options, maximumTokens: output.length });
    const { tokens, counters } = await generateText({ ...options, maximumTokens: output.length });
    await drafter.close();
    expect(tokens).toEqual(output);
    expect(counters.acceptedCount).toBeGreaterThan(output.length / 2);
    // Were the wrong ones verified, it would be three in four.
    expect(counters.acceptedCount / counters.draftedCount).toBeGreaterThan(0.9);
  });

  test('where neither is ever right it is as fast as plain decoding', async () => {
    const wrong = (name: string): Drafter => ({
      ...lookup(),
      name,
      propose: async (_, { maximumTokens }) => ({
        tokens: new Array<number>(maximumTokens).fill(0),
        parents: Array.from({ length: maximumTokens }, (__, node) => node - 1),
        distributions: Array.from({ length: maximumTokens }, () => ({
          tokens: Int32Array.of(0),
          probabilities: Float64Array.of(1),
        })),
        drafters: new Array<string>(maximumTokens).fill(name),
      }),
    });
    const both = await timeToDecode(joined('estimate', [wrong('first'), wrong('second')]));
    // Each of the two tries for itself.
    expect(both).toBeLessThan(1.06 * (await timeToDecode(undefined)));
  });
});

test('what a model drafted for nothing is no part of what a plain round takes: a copy that does not pay is not used', () => {
  const reading = { window: 0, relativeSize: undefined };
  const schedule = new DrafterSchedule([
    {
      isFree: true,
      reading,
      maximumLength: 1,
      priorAcceptance: [0.4],
      roundCosts: { lengths: [0, 1], milliseconds: [10, 13] },
    },
    { isFree: false, reading, maximumLength: 1, roundCosts: { lengths: [0, 1], milliseconds: [10, 12] } },
  ]);
  schedule.begin({ promptLength: 1, maximumTokens: 1000 });
  const chosen = (): unknown[] => {
    schedule.take(schedule.next(15));
    return schedule.choose([{ index: 0, confidences: [0.4], length: 1, isTree: false }]);
  };
  for (let round = 0; round < 40; round++) {
    expect(chosen()).toEqual([]);
    const counts = { askedLength: 1, draftedCount: 1, acceptedCount: 1 };
    schedule.settle([{ ...counts, index: 1, usedCount: 0, leftOutCount: 1, confidences: [] }]);
    schedule.observe({
      askedLength: 1,
      draftedCount: 0,
      acceptedCount: 0,
      committedCount: 1,
      draftMilliseconds: 8,
      passMilliseconds: 10,
      roundMilliseconds: 18,
    });
  }
});

const copier = { isFree: true, reading: { window: 0, relativeSize: undefined }, maximumLength: 3 };
const unsure = [undefined, undefined, undefined];
const plainRound = (schedule: DrafterSchedule): void => {
  schedule.next(15);
  schedule.observe({
    askedLength: 0,
    draftedCount: 0,
    acceptedCount: 0,
    committedCount: 1,
    draftMilliseconds: 0,
    passMilliseconds: 10,
    roundMilliseconds: 10,
  });
};
/** What a draft of three tokens became, and what is chosen in the round after `then`. */
function chosenAfter(then: (schedule: DrafterSchedule) => void): unknown {
  const schedule = new DrafterSchedule([{ ...copier, priorAcceptance: [0.3] }]);
  schedule.begin({ promptLength: 1, maximumTokens: 1000 });
  for (let round = 0; round < 8; round++) plainRound(schedule);
  schedule.take(schedule.next(15));
  const counts = { askedLength: 3, draftedCount: 3, acceptedCount: 0, usedCount: 3, leftOutCount: 0 };
  schedule.settle([{ ...counts, index: 0, confidences: [] }]);
  then(schedule);
  schedule.take(schedule.next(15));
  return schedule.choose([{ index: 0, confidences: unsure, length: 3, isTree: false }]);
}

// What three tokens cost is not known after these, and they promise less than one.
describe('a round that does not tell what a draft costs', () => {
  // Was wrong: the first round of the next generation, a plain one, was taken for the round with the draft.
  test('is one of a generation that was left before it was measured', () => {
    const chosen = chosenAfter((schedule) => {
      schedule.begin({ promptLength: 1, maximumTokens: 1000 });
      for (let round = 0; round < 8; round++) plainRound(schedule);
    });
    expect(chosen).toEqual([]);
  });

  // Was wrong: forced tokens before a draft made it as dear as both.
  test('is one that tokens of another drafter were in', () => {
    const round = { askedLength: 15, acceptedCount: 5, committedCount: 6, draftMilliseconds: 0 };
    const times = { passMilliseconds: 10, roundMilliseconds: 10 };
    const chosen = chosenAfter((schedule) => schedule.observe({ ...round, ...times, draftedCount: 8 }));
    expect(chosen).toEqual([]);
    // The control: alone it is as cheap as a plain round, and used.
    const alone = chosenAfter((schedule) => schedule.observe({ ...round, ...times, draftedCount: 3 }));
    expect(alone).toMatchObject([{ index: 0 }]);
  });
});
