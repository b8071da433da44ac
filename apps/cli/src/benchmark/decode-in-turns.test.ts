import { createPromptLookupDrafter, type DecodeEvent, generate, generateText } from '@foretoken/core';
import { createTableModel, randomTable } from '@foretoken/core/testing';
import { afterEach, expect, test, vi } from 'vitest';
import { decodeInTurns } from './decode-in-turns.js';

afterEach(() => {
  vi.restoreAllMocks();
});

const inOrder = { tokens: 3, order: () => [0, 1] };
const target = createTableModel({ law: randomTable(1, 4, 'peaked'), vocabularySize: 4, maximumSequences: 2 });
const shared = { target, prompt: [0, 1, 2, 0, 1], maximumTokens: 20, seed: 3 };
const drafting = { draftLength: 4, drafter: createPromptLookupDrafter() };

test('side by side the texts are those of each alone', async () => {
  const alone = [await generateText(shared), await generateText({ ...shared, ...drafting })];
  const decoded = await decodeInTurns(
    [() => generate(shared), () => generate({ ...shared, ...drafting })],
    inOrder,
  );
  expect(decoded.map(({ tokens }) => tokens)).toEqual(alone.map(({ tokens }) => tokens));
  expect(decoded.map(({ counters }) => counters.roundCount)).toEqual(
    alone.map(({ counters }) => counters.roundCount),
  );
});

/** Rounds of one token that take so long. */
async function* rounds(count: number, pass: () => void): AsyncGenerator<DecodeEvent, void, undefined> {
  for (let round = 0; round < count; round++) {
    pass();
    yield { type: 'round-end', committedCount: 1 } as DecodeEvent;
  }
  yield { type: 'generation-end', tokens: [] as readonly number[] } as DecodeEvent;
}

test('the clock of each stands still while another is decoding', async () => {
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  const played: string[] = [];
  const ends: number[] = [];
  const generation = (name: string, milliseconds: number) => (clock: () => number) =>
    rounds(7, () => {
      now += milliseconds;
      played.push(name);
      ends.push(clock());
    });
  await decodeInTurns([generation('a', 1), generation('b', 100)], inOrder);
  expect(played.join('')).toBe('aaabbbaaabbbab');
  expect(ends).toEqual([1, 2, 3, 100, 200, 300, 4, 5, 6, 400, 500, 600, 7, 700]);
});

// Two texts side by side in one context of llama.cpp read each other's cells: plain decoding looked a tenth slower than it is.
test('turns last a while, so that a fast model decodes a text as a whole', async () => {
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  const played: string[] = [];
  const generation = (name: string, milliseconds: number) => () =>
    rounds(7, () => {
      now += milliseconds;
      played.push(name);
    });
  const decode = async (milliseconds: number): Promise<string> => {
    played.length = 0;
    await decodeInTurns([generation('a', 1), generation('b', 100)], { ...inOrder, milliseconds });
    return played.join('');
  };
  expect(await decode(5)).toBe('aaaaabbbaabbbb');
  expect(await decode(1000)).toBe('aaaaaaabbbbbbb');
});

test('where one fails, the other is ended too', async () => {
  const failing = () =>
    generate({
      ...shared,
      draftLength: 2,
      drafter: {
        name: 'failing',
        propose: () => Promise.reject(new Error('out of guesses')),
        observe: () => {},
        close: () => Promise.resolve(),
      },
    });
  await expect(decodeInTurns([() => generate(shared), failing], inOrder)).rejects.toThrow('out of guesses');
  // Both sequences are free again.
  const sequences = [target.createSequence(), target.createSequence()];
  for (const sequence of sequences) sequence.close();
});
