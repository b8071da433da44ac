import { expect, test } from 'vitest';
import { chiSquareTest, poolCells, StatisticsError } from '../index.js';
import { seededRandom } from '../testing/seeded-random.js';

test('groups are a partition of the possible cells, and each expects enough', () => {
  const random = seededRandom(3);
  for (let round = 0; round < 200; round++) {
    const expected = Array.from({ length: 1 + Math.floor(random() * 60) }, () =>
      random() < 0.1 ? 0 : 20 * random() ** 4,
    );
    if (expected.every((value) => value === 0)) continue;
    const minimum = 8 * random();
    const { groups, impossible, pooledShare } = poolCells(expected, minimum);
    const members = [...groups.flat(), ...impossible].toSorted((left, right) => left - right);
    expect(members).toEqual(expected.map((_, cell) => cell));
    expect(impossible.every((cell) => expected[cell] === 0)).toBe(true);
    const total = sumOf(expected, members);
    for (const group of groups) {
      if (groups.length > 1) expect(sumOf(expected, group)).toBeGreaterThanOrEqual(minimum);
      // Nothing that expects enough is pooled but the one that takes the rest.
      if (group.length > 1) expect(sumOf(expected, group.slice(1))).toBeLessThan(minimum);
    }
    const pooled = groups.filter((group) => group.length > 1).flat();
    expect(pooledShare).toBeCloseTo(sumOf(expected, pooled) / total, 12);
  }
});

test('a worked example', () => {
  const expected = [30, 0.5, 6, 0, 4.4, 0.3, 2];
  // Rising: 0.3 + 0.5 + 2 + 4.4 >= 5; 6 alone; 30 alone.
  expect(poolCells(expected, 5)).toEqual({
    groups: [[0], [2], [4, 6, 1, 5]],
    impossible: [3],
    pooledShare: expect.closeTo(7.2 / 43.2, 12),
  });
  expect(poolCells(expected, 0).groups).toEqual([[0], [2], [4], [6], [1], [5]]);
  expect(poolCells([1, 2], 5).groups).toEqual([[1, 0]]);
});

test('the cells of a test do not depend on what was observed, but for its total', () => {
  const probabilities = [0.5, 0.3, 0.1, 0.06, 0.03, 0.01];
  const cells = (counts: number[]) =>
    chiSquareTest(counts, probabilities).cells.map(({ members, expected }) => ({ members, expected }));
  expect(cells([90, 0, 0, 0, 0, 10])).toEqual(cells([0, 0, 0, 100, 0, 0]));
  expect(chiSquareTest([50, 30, 10, 6, 3, 1], probabilities).pooledProbability).toBeCloseTo(0.1, 12);
});

test.each([
  [[1, -1], 1, 'expected'],
  [[1, Number.NaN], 1, 'expected'],
  [[1, Infinity], 1, 'expected'],
  [[], 1, 'expected'],
  [[0, 0], 1, 'expected'],
  [[1, 2], -1, 'minimumExpected'],
  [[1, 2], Number.NaN, 'minimumExpected'],
])('poolCells(%j, %d) is refused', (expected, minimum, argument) => {
  expect(() => poolCells(expected, minimum)).toThrow(StatisticsError);
  expect(() => poolCells(expected, minimum)).toThrow(expect.objectContaining({ argument }));
});

function sumOf(values: readonly number[], cells: readonly number[]): number {
  return cells.reduce((sum, cell) => sum + (values[cell] as number), 0);
}
