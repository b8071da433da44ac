import { expect, test } from 'vitest';
import { createAdaptiveTreeShape } from './adaptive-tree-shape.js';
import type { TreeLimits, TreeShape } from './tree-shape.js';

const costs = {
  targetCosts: { lengths: [1, 32], milliseconds: [10, 13] },
  draftCosts: { lengths: [1, 32], milliseconds: [0.5, 1] },
  firstProbe: 16,
};
const limits: TreeLimits = {
  maximumTokens: 63,
  maximumLeaves: 16,
  maximumDepth: 100,
  maximumExpanded: 16,
  maximumInner: 63,
};

/** Rounds in which the child of rank `accepted(round)` is accepted under every node that has one; the shapes. */
function run(rounds: number, accepted: (round: number) => number | undefined, within = limits): TreeShape[] {
  const chooser = createAdaptiveTreeShape(costs);
  return Array.from({ length: rounds }, (_, round) => {
    const shape = chooser.next(within);
    const rank = accepted(round);
    const acceptedPath: number[] = [];
    for (let node = -1; rank !== undefined; ) {
      const children = [...shape.parents.keys()].filter((child) => shape.parents[child] === node);
      const next = children[rank];
      if (next === undefined) break;
      acceptedPath.push(next);
      node = next;
    }
    chooser.observe({ parents: shape.parents, acceptedPath });
    return shape;
  });
}

const isChain = ({ parents }: TreeShape): boolean => parents.every((parent, node) => parent === node - 1);

test('first children that are always right make a chain of all levels', () => {
  const last = run(60, () => 0).at(-1) as TreeShape;
  expect(isChain(last)).toBe(true);
  expect(last.parents).toHaveLength(8);
});

test('second children that are often right make a tree', () => {
  const last = run(120, (round) => round % 2).at(-1) as TreeShape;
  expect(isChain(last)).toBe(false);
  expect(last.parents.filter((parent) => parent === -1)).toHaveLength(2);
});

test('a draft that is always wrong is soon left alone, then probed ever more rarely with one token', () => {
  const sizes = run(2000, () => undefined).map(({ parents }) => parents.length);
  expect(sizes.filter((size) => size > 0).length).toBeLessThan(60);
  expect(sizes.slice(1000).filter((size) => size > 0).length).toBeLessThanOrEqual(2);
  expect(Math.max(...sizes.slice(100))).toBe(1);
});

test('it comes back when the draft becomes right', () => {
  const last = run(3000, (round) => (round < 300 ? undefined : 0)).at(-1) as TreeShape;
  expect(last.parents.length).toBeGreaterThan(1);
});

test('it never asks for more than the limits', () => {
  for (const within of [
    { ...limits, maximumTokens: 2 },
    { ...limits, maximumLeaves: 1 },
    { ...limits, maximumDepth: 1 },
    { ...limits, maximumTokens: 0 },
  ]) {
    for (const { parents } of run(20, (round) => round % 2, within)) {
      expect(parents.length).toBeLessThanOrEqual(within.maximumTokens);
      const leaves = [...parents.keys()].filter((node) => !parents.includes(node));
      expect(leaves.length).toBeLessThanOrEqual(within.maximumLeaves);
      if (within.maximumDepth === 1) expect(parents.every((parent) => parent === -1)).toBe(true);
    }
  }
});
