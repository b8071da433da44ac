import { expect, test } from 'vitest';
import { allCombinations, coverPairs } from './cover-pairs.js';

function pairs(combinations: readonly (readonly number[])[]): Set<string> {
  return new Set(
    combinations.flatMap((combination) =>
      combination.flatMap((left, i) =>
        combination.slice(i + 1).map((right, j) => `${i}:${left},${i + 1 + j}:${right}`),
      ),
    ),
  );
}

test.each([[[3, 2, 2]], [[4, 5, 2]], [[1, 1, 1]], [[3, 1, 2]], [[6, 8, 3]]])(
  'every pair of %j occurs, in far fewer combinations than there are',
  (sizes) => {
    const chosen = coverPairs(sizes);
    expect(pairs(chosen)).toEqual(pairs(allCombinations(sizes)));
    const [largest, second] = sizes.toSorted((left, right) => right - left) as [number, number];
    expect(chosen.length).toBeGreaterThanOrEqual(largest * second);
    expect(chosen.length).toBeLessThanOrEqual(1.3 * largest * second);
  },
);

test('pairs that are not allowed are left out, and nothing else', () => {
  const allowed = ([, drafter, engine]: readonly number[]): boolean => !(drafter === 0 && engine === 1);
  const chosen = coverPairs([3, 2, 2], allowed);
  expect(chosen.every(allowed)).toBe(true);
  expect(pairs(chosen)).toEqual(pairs(allCombinations([3, 2, 2]).filter(allowed)));
});

test('pairs that occur elsewhere are not sought', () => {
  const chosen = coverPairs([5, 9, 2], undefined, [0, 1]);
  const wanted = [...pairs(allCombinations([5, 9, 2]))].filter((pair) => !/^0:.*,1:/.test(pair));
  expect([...pairs(chosen)]).toEqual(expect.arrayContaining(wanted));
  // Nine of one factor on each of the two of another: no combination is spare.
  expect(chosen).toHaveLength(18);
});
