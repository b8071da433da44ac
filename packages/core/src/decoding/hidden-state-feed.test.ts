import { describe, expect, test } from 'vitest';
import type { Drafter, HiddenStates } from '../contract/drafter.js';
import type { ForwardRequest } from '../contract/forward.js';
import type { LanguageModel } from '../contract/language-model.js';
import { chainDraft } from '../drafting/chain-draft.js';
import { oneHot } from '../sampling/draw.js';
import { createTableModel } from '../testing/table-model.js';
import type { DecodeEvent } from './decode-event.js';
import { generate } from './generate.js';
import type { GenerateOptions } from './generate-options.js';
import { generateText } from './generate-text.js';

// Token after token counts up, so that a row of the table model, which begins with the token that it is the state of
// and the one before, says its position.
const vocabularySize = 40;
const portion = 4;
const prompt = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
const { signal } = new AbortController();
const counting = (more = {}): LanguageModel =>
  createTableModel({
    law: (history) => oneHot(((history.at(-1) as number) + 1) % vocabularySize),
    vocabularySize,
    maximumPassTokens: portion,
    ...more,
  });
const positions = (rows: readonly Float32Array[] | undefined) => rows?.map((row) => row[0]);
const from = (start: number, end: number) => Array.from({ length: end - start }, (_, at) => start + at);

interface Handed {
  readonly by: 'readHiddenStates' | 'propose';
  readonly positions: readonly (number | undefined)[] | undefined;
}

/** Drafts one right token and one wrong one, and notes the states that it is given. */
function noting(throwAt = Number.POSITIVE_INFINITY): { drafter: Drafter; handed: Handed[] } {
  const handed: Handed[] = [];
  const drafter: Drafter = {
    name: 'noting',
    needsHiddenStates: true,
    async propose({ tokens, targetHiddenRows }, { maximumTokens }) {
      handed.push({ by: 'propose', positions: positions(targetHiddenRows) });
      if (targetHiddenRows !== undefined)
        expect(targetHiddenRows.at(-1)?.[0]).toBe(tokens[tokens.length - 2]);
      const last = tokens.at(-1) as number;
      const proposed = [last + 1, last].slice(0, maximumTokens);
      return chainDraft('noting', proposed, proposed.map(oneHot));
    },
    async readHiddenStates({ tokens, start, rows }: HiddenStates, given) {
      expect(given).toBe(signal);
      expect(tokens.length).toBeGreaterThan(start + rows.length);
      expect(positions(rows)).toEqual(from(start, start + rows.length));
      if (handed.push({ by: 'readHiddenStates', positions: positions(rows) }) >= throwAt)
        throw new Error('out of memory');
    },
    observe() {},
    async close() {},
  };
  return { drafter, handed };
}

async function run(options: Partial<GenerateOptions> & { readonly target?: LanguageModel }) {
  const target = options.target ?? counting();
  const requests: ForwardRequest[] = [];
  const forward = target.forward.bind(target);
  Object.assign(target, {
    forward: (...parameters: Parameters<LanguageModel['forward']>) => {
      requests.push({ ...(parameters[0][0] as ForwardRequest) });
      expect(parameters[1]?.signal).toBe(signal);
      return forward(...parameters);
    },
  });
  const events: DecodeEvent[] = [];
  for await (const event of generate({
    prompt,
    maximumTokens: 12,
    draftLength: 2,
    signal,
    ...options,
    target,
  }))
    events.push(event);
  return { events, requests, end: events.at(-1) };
}

describe('a drafter that wants the state of every token', () => {
  test('is given those of the prompt in portions, each once, and the last again to draft from', async () => {
    const progress: [number, number][] = [];
    const { drafter, handed } = noting();
    const onPromptProgress = (done: number, total: number) => void progress.push([done, total]);
    const { requests } = await run({ drafter, onPromptProgress });
    expect(
      requests.slice(0, 4).map(({ tokens, rows, hiddenStates }) => [tokens, rows, hiddenStates]),
    ).toEqual([
      [from(0, 4), 'all', true],
      [from(4, 8), 'all', true],
      [from(8, 10), 'all', true],
      [[10, 11, 10], 'all', true],
    ]);
    expect(progress).toEqual([
      [4, 10],
      [8, 10],
      [10, 10],
    ]);
    expect(handed.slice(0, 4)).toEqual([
      { by: 'readHiddenStates', positions: from(0, 4) },
      { by: 'readHiddenStates', positions: from(3, 8) },
      { by: 'propose', positions: from(7, 10) },
      // The round kept the last token of the prompt and one draft token.
      { by: 'propose', positions: [10, 11] },
    ]);
  });

  test('is given those of rounds without drafting once a portion has gathered', async () => {
    const { drafter, handed } = noting();
    let round = 0;
    const draftLength = {
      name: 'after six rounds',
      next: (limit: number) => Math.min(limit, round++ < 6 ? 0 : 2),
      observe() {},
    };
    await run({ drafter, draftLength });
    expect(handed.slice(0, 5)).toEqual([
      { by: 'readHiddenStates', positions: from(0, 4) },
      { by: 'readHiddenStates', positions: from(3, 8) },
      { by: 'readHiddenStates', positions: from(7, 11) },
      { by: 'readHiddenStates', positions: from(10, 14) },
      { by: 'propose', positions: from(13, 16) },
    ]);
  });

  test('is given those that the caller has of a sequence’s beginning', async () => {
    const { drafter, handed } = noting();
    const target = counting();
    const sequence = target.createSequence();
    const beginning = await target.forward([
      { sequence, tokens: prompt.slice(0, 6), rows: 'all', hiddenStates: true },
    ]);
    const hiddenStates = beginning[0]?.hiddenStates?.slice(2) as Float32Array[];
    const { requests } = await run({ drafter, target, sequence, hiddenStates });
    expect(requests[0]?.tokens).toEqual(from(6, 10));
    expect(handed.slice(0, 3)).toEqual([
      { by: 'readHiddenStates', positions: from(2, 6) },
      { by: 'readHiddenStates', positions: from(5, 10) },
      { by: 'propose', positions: [9] },
    ]);
    sequence.close();
  });

  test.each([
    [1, 0],
    [2, 0],
    [3, 0],
    [4, 3],
  ])('and throws at portion %i is dropped in round %i: the text is the plain one', async (throwAt, round) => {
    const { drafter, handed } = noting(throwAt);
    const { events, end, requests } = await run({
      drafter,
      draftLength: { name: 'none', next: () => 0, observe() {} },
    });
    expect(end).toMatchObject({ tokens: from(11, 23), counters: { failedDrafter: 'noting' } });
    expect(handed).toHaveLength(throwAt);
    const failures = events.filter(({ type }) => type === 'drafter-failed');
    expect(failures).toMatchObject([{ drafter: 'noting', round }]);
    // The prompt is read to its end, and later passes ask for no states.
    expect(requests.slice(0, 3).flatMap(({ tokens }) => tokens)).toEqual(from(0, 10));
    expect(requests.at(-1)?.hiddenStates).toBe(false);
  });

  test('draws it from a prompt of one token too', async () => {
    const { drafter, handed } = noting();
    const { requests, end } = await run({ drafter, prompt: [0], maximumTokens: 4 });
    expect(end).toMatchObject({ tokens: [1, 2, 3, 4] });
    expect(requests[0]?.tokens).toEqual([0, 1, 0]);
    expect(handed[0]).toEqual({ by: 'propose', positions: undefined });
    expect(handed[1]).toEqual({ by: 'propose', positions: [0, 1] });
  });
});

describe('a drafter that wants those of the last pass', () => {
  const last = (throwAt?: number): ReturnType<typeof noting> => {
    const { drafter, handed } = noting(throwAt);
    return { drafter: { ...drafter, readHiddenStates: undefined }, handed };
  };

  test('is given the prompt’s last state, and then what each pass kept', async () => {
    const { drafter, handed } = last();
    const progress: number[] = [];
    const target = counting({ maximumPassTokens: 20 });
    const onPromptProgress = (done: number) => void progress.push(done);
    const { requests } = await run({ drafter, target, onPromptProgress });
    expect(requests[0]).toMatchObject({ tokens: from(0, 10), rows: 'last', hiddenStates: true });
    expect(handed.slice(0, 3).map((one) => one.positions)).toEqual([[9], [10, 11], [12, 13]]);
  });

  test('is given the last state that the caller has, where nothing is left to read but one token', async () => {
    const { drafter, handed } = last();
    const target = counting();
    const sequence = target.createSequence();
    const beginning = await target.forward([
      { sequence, tokens: prompt.slice(0, 10), rows: 'last', hiddenStates: true },
    ]);
    const { requests } = await run({ drafter, target, sequence, hiddenStates: beginning[0]?.hiddenStates });
    expect(requests[0]?.tokens).toEqual([10, 11, 10]);
    expect(handed[0]?.positions).toEqual([9]);
    sequence.close();
  });
});

test('a drafter that wants none: states that the caller has are not handed to anyone', async () => {
  const { drafter, handed } = noting();
  const target = counting();
  const sequence = target.createSequence();
  const beginning = await target.forward([
    { sequence, tokens: prompt.slice(0, 6), rows: 'all', hiddenStates: true },
  ]);
  const without: Drafter = { ...drafter, needsHiddenStates: false };
  const { requests } = await run({
    drafter: without,
    target,
    sequence,
    hiddenStates: beginning[0]?.hiddenStates,
  });
  expect(handed.every((one) => one.by === 'propose' && one.positions === undefined)).toBe(true);
  expect(requests.every(({ hiddenStates }) => hiddenStates !== true)).toBe(true);
  sequence.close();
});

test('a target without hidden states is refused by name', async () => {
  const target = counting();
  const { drafter } = noting();
  Object.assign(target, { capabilities: { ...target.capabilities, hiddenStateWidth: undefined } });
  await expect(generateText({ target, drafter, prompt })).rejects.toThrow(
    'noting drafts from hidden states, which table does not give out. Choose another drafter.',
  );
});
