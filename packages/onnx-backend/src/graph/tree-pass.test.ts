import { InvalidArgumentError } from '@foretoken/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { maskedBias } from './decoder/masked-bias.js';
import { planChainPass, planTreePass, treeFirstSlot } from './tree-pass.js';

/** Random trees: node i hangs on one of the nodes before it, or on the end of the past. */
const trees = fc
  .array(fc.nat(), { minLength: 1, maxLength: 20 })
  .map((picks) => picks.map((pick, node) => (pick % (node + 1)) - 1));

test('a node sees the past, its ancestors and itself, and nothing else', () => {
  fc.assert(
    fc.property(trees, fc.nat(30), (parents, past) => {
      const { bias, total, firstSlot, positions } = planTreePass(past, parents);
      expect(total).toBe(firstSlot + parents.length);
      expect(bias).toHaveLength(parents.length * total);
      for (const node of parents.keys()) {
        const seen = new Set<number>(Array.from({ length: past }, (_, slot) => slot));
        let depth = -1;
        for (let ancestor = node; ancestor !== -1; ancestor = parents[ancestor] as number) {
          seen.add(firstSlot + ancestor);
          depth += 1;
        }
        const row = bias.subarray(node * total, (node + 1) * total);
        const expected = Array.from({ length: total }, (_, slot) => (seen.has(slot) ? 0 : maskedBias));
        expect([...row]).toEqual(expected);
        expect(Number(positions[node])).toBe(past + depth);
      }
    }),
    { seed: 20261124, numRuns: 200 },
  );
});

test('on an empty cache one slot stays unused, since the fused operator would count positions itself', () => {
  expect(planTreePass(0, [-1, 0])).toMatchObject({ firstSlot: 1, total: 3 });
  expect(planTreePass(1, [-1, 0])).toMatchObject({ firstSlot: 1, total: 3 });
  expect(planTreePass(5, [-1, 0])).toMatchObject({ firstSlot: 5, total: 7 });
  expect([0, 1, 5].map(treeFirstSlot)).toEqual([1, 1, 5]);
});

test('a chain has no bias and the positions that follow', () => {
  const plan = planChainPass(3, 2);
  expect(plan).toEqual({
    positions: BigInt64Array.of(3n, 4n),
    bias: new Float32Array(10),
    total: 5,
    firstSlot: 3,
  });
});

test.each([[[0]], [[-1, 1]], [[-1, 2, 0]], [[-2]], [[-1, 0.5]], [[Number.NaN]]])(
  'refuses the parents %j',
  (parents) => {
    expect(() => planTreePass(4, parents)).toThrow(InvalidArgumentError);
  },
);
