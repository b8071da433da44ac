import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chooseDraftLength } from './choose-draft-length.js';
import { chooseTreeShape } from './choose-tree-shape.js';
import { nodeDepths, type TreeShape } from './tree-shape.js';

const seed = 20_261_128;
const mostNodes = 7;
const mostLevels = 4;
const mostChildren = 3;

/** Children of a node, each with its own. */
type Nested = readonly Nested[];

/** Every ordered forest of exactly so many nodes. */
function forests(count: number): Nested[] {
  if (count === 0) return [[]];
  const found: Nested[] = [];
  for (let first = 1; first <= count; first++)
    for (const below of forests(first - 1))
      for (const rest of forests(count - first)) found.push([below, ...rest]);
  return found;
}

const height = (forest: Nested): number => Math.max(0, ...forest.map((tree) => 1 + height(tree)));
const widest = (forest: Nested): number => Math.max(forest.length, ...forest.map(widest));
const every = Array.from({ length: mostNodes + 1 }, (_, size) =>
  forests(size)
    .filter((forest) => height(forest) <= mostLevels && widest(forest) <= mostChildren)
    .map((forest) => ({ forest, size, levels: height(forest) })),
).flat();

/** Expected accepted nodes, straight from the definition: child by child, what follows where it is accepted. */
function accepted(forest: Nested, acceptance: (depth: number, rank: number) => number, depth = 0): number {
  let sum = 0;
  let open = 1;
  for (const [rank, below] of forest.entries()) {
    const chance = open * acceptance(depth, rank);
    sum += chance * (1 + accepted(below, acceptance, depth + 1));
    open -= chance;
  }
  return sum;
}

const chances = fc.array(
  fc.array(fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0, 1)), {
    minLength: mostChildren,
    maxLength: mostChildren,
  }),
  { minLength: mostLevels, maxLength: mostLevels },
);
const steps = (count: number) =>
  fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: count, maxLength: count });

test('no tree of any shape has more expected tokens per millisecond', () => {
  // The number of ordered trees of each size is Catalan's; those too high or too wide are left out.
  expect([0, 1, 2, 3].map((size) => forests(size).length)).toEqual([1, 1, 2, 5]);
  fc.assert(
    fc.property(chances, steps(mostNodes), steps(mostLevels), (table, nodeSteps, levelSteps) => {
      const acceptance = (depth: number, rank: number): number => table[depth]?.[rank] as number;
      const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
      const cost = (size: number, levels: number): number =>
        1 + sum(nodeSteps.slice(0, size)) + sum(levelSteps.slice(0, levels));
      const choice = chooseTreeShape({
        maximumTokens: mostNodes,
        maximumDepth: mostLevels,
        maximumWidth: mostChildren,
        acceptance,
        roundCost: (shape) => cost(shape.parents.length, levelsOf(shape)),
      });
      const best = Math.max(
        ...every.map(({ forest, size, levels }) => (1 + accepted(forest, acceptance)) / cost(size, levels)),
      );
      expect(choice.expectedCommitted / choice.cost).toBeCloseTo(best, 12);
      expect(choice.expectedGain).toBeCloseTo(best * cost(0, 0), 12);
      expect(choice.expectedCommitted).toBeCloseTo(1 + accepted(nested(choice.shape), acceptance), 12);
      expect(choice.cost).toBe(cost(choice.shape.parents.length, levelsOf(choice.shape)));
    }),
    { seed, numRuns: 200 },
  );
});

test('where only first children are ever accepted, it is the best chain', () => {
  fc.assert(
    fc.property(steps(6), steps(7), (table, costSteps) => {
      const costs = costSteps.map((_, length) => 1 + costSteps.slice(0, length).reduce((a, b) => a + b, 0));
      const chain = chooseDraftLength(
        6,
        (position) => table[position] as number,
        (length) => costs[length] as number,
      );
      const tree = chooseTreeShape({
        maximumTokens: 6,
        maximumDepth: 6,
        maximumWidth: 3,
        acceptance: (depth, rank) => (rank === 0 ? (table[depth] as number) : 0),
        roundCost: ({ parents }) => costs[parents.length] as number,
      });
      expect(tree.expectedGain).toBeCloseTo(chain.expectedGain, 12);
      expect(tree.shape.parents).toEqual(tree.shape.parents.map((_, node) => node - 1));
    }),
    { seed },
  );
});

test('a tree beats the best chain where second guesses are often right and passes are cheap', () => {
  const problem = {
    maximumTokens: 12,
    maximumDepth: 6,
    acceptance: () => 0.5,
    roundCost: ({ parents }: TreeShape) => 1 + 0.01 * parents.length,
  };
  const chain = chooseTreeShape({ ...problem, maximumWidth: 1 });
  const tree = chooseTreeShape({ ...problem, maximumWidth: 4 });
  expect(tree.expectedGain).toBeGreaterThan(1.2 * chain.expectedGain);
});

test('nothing is drafted where nothing is ever accepted', () => {
  const { shape, expectedGain } = chooseTreeShape({
    maximumTokens: 8,
    maximumDepth: 4,
    maximumWidth: 2,
    acceptance: () => 0,
    roundCost: ({ parents }) => 1 + 0.001 * parents.length,
  });
  expect({ shape, expectedGain }).toEqual({ shape: { parents: [] }, expectedGain: 1 });
});

function levelsOf(shape: TreeShape): number {
  return Math.max(0, ...nodeDepths(shape));
}

function nested({ parents }: TreeShape, node = -1): Nested {
  const children = [...parents.keys()].filter((child) => parents[child] === node);
  return children.map((child) => nested({ parents }, child));
}
