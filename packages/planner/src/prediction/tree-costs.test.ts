import { expect, test } from 'vitest';
import { smallProfile, targetConfiguration, treeEntries } from '../../testing/small-profile.js';
import { treeCostsOf } from './tree-costs.js';

const entryOf = (trees: readonly (readonly [widths: number[], tokens: number, ratio: number])[]) => ({
  treePasses: [
    {
      configuration: targetConfiguration,
      contextTokens: 64,
      trees: trees.map(([widths, tokens, ratio]) => ({
        widths,
        tokens,
        milliseconds: 4 * ratio,
        chainMilliseconds: 4,
      })),
    },
  ],
});

test('trees of sizes between and beyond those that were measured cost what their neighbours do', () => {
  const costs = treeCostsOf(
    entryOf([
      [[2], 3, 1.1],
      [[4, 1], 9, 1.4],
      [[4, 3], 17, 1.2],
    ]),
    targetConfiguration,
  );
  if (typeof costs === 'string') throw new Error(costs);
  expect(costs).toMatchObject({ mostNodes: 16, mostLeaves: 12 });
  const ratios = [1, 2, 5, 8, 12, 16, 40].map((nodes) => costs.ratio(nodes));
  for (const [index, expected] of [1.1, 1.1, 1.25, 1.4, 1.3, 1.2, 1.2].entries())
    expect(ratios[index]).toBeCloseTo(expected, 12);
});

test('no tree costs less than a chain', () => {
  const costs = treeCostsOf(
    entryOf([
      [[2], 3, 0.7],
      [[4], 5, 0.9],
    ]),
    targetConfiguration,
  );
  if (typeof costs === 'string') throw new Error(costs);
  expect([2, 3, 4].map((nodes) => costs.ratio(nodes))).toEqual([1, 1, 1]);
});

test.each([
  [smallProfile({ treePasses: [] }), 'were not measured'],
  [entryOf([]), 'reads no trees on engine 1.0'],
  [
    {
      treePasses: treeEntries(1, []).treePasses.map((entry) => ({
        ...entry,
        configuration: { ...targetConfiguration, threads: 1 },
      })),
    },
    'were not measured',
  ],
])('what is missing is said', (profile, reason) => {
  expect(treeCostsOf(profile, targetConfiguration)).toContain(reason);
});
