import { expect, test } from 'vitest';
import { InvalidArgumentError } from '../errors/invalid-argument-error.js';
import { createTreeDraftLength } from './tree-draft-length.js';

const options = { nodes: 6, committedTokens: 2, roundCosts: { plain: 10, tree: 14 }, firstProbe: 16 };

/** Rounds in which the tree commits `committed(round)` tokens and takes `milliseconds`; what was asked for. */
function run(
  rounds: number,
  committed: (round: number) => number,
  milliseconds?: number,
  limit = 63,
): number[] {
  const controller = createTreeDraftLength(options);
  return Array.from({ length: rounds }, (_, round) => {
    const askedLength = controller.next(limit);
    const committedCount = askedLength === 0 ? 1 : committed(round);
    controller.observe({
      askedLength,
      draftedCount: askedLength,
      acceptedCount: committedCount - 1,
      committedCount,
      draftMilliseconds: undefined,
      passMilliseconds: undefined,
      roundMilliseconds: askedLength === 0 ? milliseconds && 10 : milliseconds,
    });
    return askedLength;
  });
}

test('drafts the whole tree while its rounds commit what pays', () => {
  expect(new Set(run(200, (round) => 1 + (round % 3)))).toEqual(new Set([6]));
});

test('a tree that is always wrong is soon left alone, then probed ever more rarely', () => {
  const asked = run(2000, () => 1);
  expect(asked.slice(0, 60).filter((length) => length === 0).length).toBeGreaterThan(20);
  expect(asked.slice(1000).filter((length) => length > 0).length).toBeLessThanOrEqual(2);
  expect(new Set(asked)).toEqual(new Set([0, 6]));
});

test('it comes back when its tokens are right', () => {
  const asked = run(4000, (round) => (round < 200 ? 1 : 4));
  expect(asked.slice(50, 200)).toContain(0);
  expect(new Set(asked.slice(-200))).toEqual(new Set([6]));
});

test('a tree that takes longer than was measured is left alone', () => {
  expect(run(200, () => 2, 40).at(-1)).toBe(0);
  expect(run(200, () => 2, 14).at(-1)).toBe(6);
});

test('a tree that is cut by the limit says nothing', () => {
  expect(new Set(run(300, () => 1, undefined, 3))).toEqual(new Set([3]));
});

test.each([
  [{ nodes: 0 }],
  [{ nodes: 1.5 }],
  [{ committedTokens: 0.5 }],
  [{ roundCosts: { plain: 0, tree: 1 } }],
  [{ roundCosts: { plain: 1, tree: Number.NaN } }],
])('%j is refused', (changes) => {
  expect(() => createTreeDraftLength({ ...options, ...changes })).toThrow(InvalidArgumentError);
});
