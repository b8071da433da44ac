import type { RoundEndEvent } from '@foretoken/core';
import { expect, test } from 'vitest';
import { addTexts, noText, timeRounds } from './timed-text.js';

function round(draftedCount: number, committedCount: number, roundMilliseconds: number): RoundEndEvent {
  return {
    type: 'round-end',
    round: 0,
    draftedCount,
    acceptedCount: committedCount - 1,
    committedCount,
    draftMilliseconds: 0,
    passMilliseconds: 0,
    roundMilliseconds,
  };
}

const none = { rounds: 0, milliseconds: 0, contextTokens: 0 };

test('what rounds took is counted by what they drafted, without the first of a text', () => {
  const rounds = [round(2, 3, 1000), round(2, 1, 3), round(0, 1, 1), round(2, 2, 4)];
  expect(timeRounds(rounds, 100)).toEqual([
    { rounds: 1, milliseconds: 1, contextTokens: 104 },
    none,
    { rounds: 2, milliseconds: 7, contextTokens: 103 + 105 },
  ]);
});

test('a text of one round tells nothing', () => {
  expect(timeRounds([round(3, 4, 9)], 100)).toEqual([]);
  expect(timeRounds([], 100)).toEqual([]);
});

test('texts add up, whatever they drafted', () => {
  const text = (drafted: number) => {
    const [plain = none] = timeRounds([round(0, 1, 5), round(0, 1, 5)], 10);
    return { plain, drafting: timeRounds([round(drafted, 1, 2), round(drafted, 1, 2)], 10) };
  };
  const sum = addTexts(addTexts(noText, text(1)), text(3));
  expect(sum.plain).toEqual({ rounds: 2, milliseconds: 10, contextTokens: 22 });
  expect(sum.drafting.map(({ rounds, milliseconds }) => [rounds, milliseconds])).toEqual([
    [0, 0],
    [1, 2],
    [0, 0],
    [1, 2],
  ]);
});
