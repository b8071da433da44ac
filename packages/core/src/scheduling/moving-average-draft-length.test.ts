import { expect, test } from 'vitest';
import { InvalidArgumentError } from '../errors/invalid-argument-error.js';
import { createMovingAverageDraftLength } from './moving-average-draft-length.js';

/** The lengths asked for in rounds in which `accepted(round)` drafted tokens are kept. */
function run(rounds: number, accepted: (round: number) => number, ladder?: readonly number[]): number[] {
  const controller = createMovingAverageDraftLength(ladder);
  return Array.from({ length: rounds }, (_, round) => {
    const askedLength = controller.next(63);
    const acceptedCount = Math.min(askedLength, accepted(round));
    controller.observe({
      askedLength,
      draftedCount: askedLength,
      acceptedCount,
      committedCount: acceptedCount + 1,
      draftMilliseconds: undefined,
      passMilliseconds: undefined,
      roundMilliseconds: undefined,
    });
    return askedLength;
  });
}

test('it stays for ten rounds and then moves every five at most', () => {
  const lengths = run(200, (round) => (Math.floor(round / 30) % 2 === 0 ? 63 : 0));
  expect(new Set(lengths.slice(0, 15))).toEqual(new Set([5]));
  for (let round = 1; round < lengths.length; round++)
    if (lengths[round] !== lengths[round - 1]) expect(round % 5).toBe(0);
});

test.each([
  [0, 1],
  [1, 3],
  [2, 3],
  [3, 5],
  [5, 7],
  [63, 7],
])('with %i accepted tokens a round it comes to rest at %i', (accepted, length) => {
  expect(run(200, () => accepted).at(-1)).toBe(length);
});

test('with 0 on the ladder it leaves off where hardly anything is accepted, and tries again', () => {
  const lengths = run(400, () => 0, [0, 1, 3]);
  expect(new Set(lengths.slice(100))).toEqual(new Set([0, 1]));
  expect(run(400, (round) => (round < 200 ? 0 : 63), [0, 1, 3]).at(-1)).toBe(3);
});

test.each([[[]], [[3, 1]], [[1, 1]], [[-1, 2]], [[1.5]], [[Number.NaN]]])(
  'the ladder %o is refused',
  (ladder) => {
    expect(() => createMovingAverageDraftLength(ladder)).toThrow(InvalidArgumentError);
  },
);
