import { describe, expect, test } from 'vitest';
import type { Drafter } from '../contract/drafter.js';
import { oneHot } from '../sampling/draw.js';
import { createTableModel } from '../testing/table-model.js';
import type { DecodeEvent } from './decode-event.js';
import { generate } from './generate.js';
import type { GenerateOptions } from './generate-options.js';
import { generateText } from './generate-text.js';

/** a, b, c, d, a, ... */
const vocabularySize = 4;
const next = (token: number) => (token + 1) % vocabularySize;
const law = (history: readonly number[]) => oneHot(next(history.at(-1) ?? 0));

function createTarget(endTokens: readonly number[] = []) {
  return createTableModel({ law, vocabularySize, endTokens, maximumSequences: 1 });
}

/** Always right, so that a whole draft is accepted. */
const drafter: Drafter = {
  name: 'right',
  async propose({ tokens }, { maximumTokens }) {
    const drafted: number[] = [];
    for (let last = tokens.at(-1) ?? 0; drafted.length < maximumTokens; drafted.push(last)) last = next(last);
    return {
      tokens: drafted,
      parents: drafted.map((_, node) => node - 1),
      distributions: drafted.map(oneHot),
      drafters: drafted.map(() => 'right'),
    };
  },
  observe() {},
  async close() {},
};

async function eventsOf(options: GenerateOptions): Promise<DecodeEvent[]> {
  const events: DecodeEvent[] = [];
  for await (const event of generate(options)) events.push(event);
  return events;
}

describe('an end token inside a draft', () => {
  test('is committed without text; what was drafted and accepted after it is no output', async () => {
    const events = await eventsOf({ target: createTarget([3]), drafter, prompt: [0], draftLength: 6 });
    const committed = events.filter((event) => event.type === 'token-committed');
    expect(committed.map(({ token, text }) => [token, text])).toEqual([
      [1, 'b'],
      [2, 'c'],
      [3, ''],
    ]);
    const round = events.find((event) => event.type === 'round-end');
    expect(round).toMatchObject({ draftedCount: 6, acceptedCount: 6, committedCount: 3 });
    expect(events.at(-1)).toMatchObject({
      finishReason: 'end-token',
      text: '',
      tokens: [1, 2, 3],
      counters: { committedCount: 3, acceptedCount: 6, roundCount: 1, blockEfficiency: 3 },
    });
  });

  test('comes before the token limit', async () => {
    const { finishReason } = await generateText({ target: createTarget([3]), prompt: [0], maximumTokens: 3 });
    expect(finishReason).toBe('end-token');
  });
});

describe('a stop string', () => {
  test('comes before the token limit, and is no part of the text', async () => {
    const options = { target: createTarget(), prompt: [0], stop: ['cd'] };
    for (const draftLength of [1, 2, 5]) {
      const { text, tokens, finishReason } = await generateText({
        ...options,
        drafter,
        draftLength,
        maximumTokens: 3,
      });
      expect({ text, tokens, finishReason }).toEqual({
        text: 'b',
        tokens: [1, 2, 3],
        finishReason: 'stop-string',
      });
    }
  });

  test('that only began comes out at the end', async () => {
    const events = await eventsOf({ target: createTarget(), prompt: [0], stop: ['cdb'], maximumTokens: 3 });
    const texts = events.flatMap((event) => (event.type === 'token-committed' ? [event.text] : []));
    expect(texts).toEqual(['b', '', '']);
    expect(events.at(-1)).toMatchObject({ text: 'cd', finishReason: 'maximum-tokens' });
    const { text } = await generateText({
      target: createTarget(),
      prompt: [0],
      stop: ['cdb'],
      maximumTokens: 3,
    });
    expect(text).toBe('bcd');
  });
});

describe('cancelling', () => {
  test('before the start: nothing is read, and the end says so', async () => {
    const target = createTarget();
    Object.assign(target, {
      forward: () => {
        throw new Error('A pass ran.');
      },
    });
    const signal = AbortSignal.abort();
    const [end, ...others] = await eventsOf({ target, drafter, prompt: [0], signal });
    expect(others).toEqual([]);
    expect(end).toMatchObject({
      type: 'generation-end',
      finishReason: 'cancelled',
      text: '',
      tokens: [],
      counters: { roundCount: 0, promptCount: 1 },
    });
    target.createSequence().close();
  });

  test('between rounds: what was committed stays output, and held text comes out', async () => {
    const controller = new AbortController();
    const events: DecodeEvent[] = [];
    const options = { target: createTarget(), prompt: [0], stop: ['cdx'], signal: controller.signal };
    for await (const event of generate(options)) {
      events.push(event);
      if (event.type === 'round-end' && event.round === 1) controller.abort();
    }
    expect(events.at(-1)).toMatchObject({ finishReason: 'cancelled', tokens: [1, 2], text: 'c' });
  });

  test.each([
    ['the signal’s own reason', 'reason', true],
    ['an AbortError of the engine', Object.assign(new Error('away'), { name: 'AbortError' }), true],
    ['a failure that happened meanwhile', new Error('The engine broke.'), false],
    ['what is no error at all', { name: 'AbortError' }, false],
  ])('%s in a pass', async (_, thrown, cancelled) => {
    for (const aborts of [true, false]) {
      const target = createTarget();
      const controller = new AbortController();
      Object.assign(target, {
        forward: async () => {
          if (aborts) controller.abort('reason');
          throw thrown;
        },
      });
      const run = generateText({ target, prompt: [0, 1], signal: controller.signal });
      if (aborts && cancelled) expect((await run).finishReason).toBe('cancelled');
      else await expect(run).rejects.toBe(thrown);
      // Its one sequence is free again, however it ended.
      target.createSequence().close();
    }
    const target = createTarget();
    Object.assign(target, { forward: () => Promise.reject(thrown) });
    await expect(generateText({ target, prompt: [0, 1] })).rejects.toBe(thrown);
  });

  test('reaches the drafter and the passes', async () => {
    const { signal } = new AbortController();
    const seen: unknown[] = [];
    const watching: Drafter = {
      ...drafter,
      propose: (context, budget) => {
        seen.push(context.signal);
        return drafter.propose(context, budget);
      },
    };
    await generateText({ target: createTarget(), drafter: watching, prompt: [0], signal, maximumTokens: 4 });
    expect(seen).toEqual([signal]);
  });
});

test('leaving the events early frees the sequence', async () => {
  const target = createTarget();
  for await (const event of generate({ target, drafter, prompt: [0] }))
    if (event.type === 'token-committed') break;
  target.createSequence().close();
});

describe('logprobs', () => {
  test.each([0, 1, 4])('with %i of the best, of the row that each token was chosen from', async (count) => {
    const probabilities = [0.5, 0.25, 0.125, 0.125] as const;
    // The likeliest token after t is t + 1, whatever is drawn.
    const shifted = (history: readonly number[]) => ({
      tokens: undefined,
      probabilities: Float64Array.from(
        probabilities,
        (_, token) =>
          probabilities[(token + 2 * vocabularySize - 1 - (history.at(-1) ?? 0)) % vocabularySize] as number,
      ),
    });
    const target = createTableModel({ law: shifted, vocabularySize });
    let last = 0;
    const options = { target, drafter, prompt: [0], draftLength: 3, logprobs: count, maximumTokens: 40 };
    for (const event of await eventsOf({ ...options, seed: 3 })) {
      if (event.type !== 'token-committed') continue;
      const row = shifted([last]).probabilities;
      expect(event.logprobs?.logprob).toBeCloseTo(Math.log(row[event.token] as number), 6);
      expect(event.logprobs?.top).toHaveLength(count);
      if (count > 0) expect(event.logprobs?.top[0]?.token).toBe(next(last));
      last = event.token;
    }
  });
});
