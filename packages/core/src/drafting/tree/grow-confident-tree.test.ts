import { describe, expect, test } from 'vitest';
import { oneHot, probabilityOf } from '../../sampling/draw.js';
import type { TreeLimits } from '../../scheduling/tree-shape.js';
import type { TableLaw } from '../../testing/enumerate-joint-law.js';
import { randomTable, type TableKind } from '../../testing/random-table.js';
import type { DraftTree } from './draft-tree.js';
import { growConfidentTree } from './grow-confident-tree.js';
import type { TreeStepper } from './tree-stepper.js';

const vocabularySize = 3;
const wide: TreeLimits = {
  maximumTokens: 100,
  maximumLeaves: 100,
  maximumDepth: 100,
  maximumExpanded: 100,
  maximumInner: 100,
};

function stepperOf(law: TableLaw, steps: number[] = []): TreeStepper {
  return {
    maximumWidth: 100,
    maximumNodes: 100,
    step: async (tree, nodes) => {
      steps.push(nodes.length);
      return nodes.map((node) => law(textTo(tree, node)));
    },
  };
}

const textTo = (tree: DraftTree, node: number): number[] =>
  tree.path(node).map((at) => tree.tokens[at] as number);

const textsOf = (tree: DraftTree): string[] => tree.tokens.map((_, node) => textTo(tree, node).join());

/** The product of the draft's probabilities along a text. */
function valueOf(law: TableLaw, text: readonly number[]): number {
  return text.reduce((value, token, at) => value * probabilityOf(law(text.slice(0, at)), token), 1);
}

function textsUpTo(depth: number): number[][] {
  let level: number[][] = [[]];
  const texts: number[][] = [];
  for (let length = 1; length <= depth; length++) {
    level = level.flatMap((text) => Array.from({ length: vocabularySize }, (_, token) => [...text, token]));
    texts.push(...level);
  }
  return texts;
}

describe.each<TableKind>(['smooth', 'peaked', 'truncated', 'ties'])('on a %s table', (kind) => {
  test('where everything is tried, the tree is of the most probable texts of all', async () => {
    for (const seed of [1, 2, 3]) {
      const law = randomTable(seed, vocabularySize, kind);
      const values = textsUpTo(3)
        .map((text) => valueOf(law, text))
        .filter((value) => value > 0)
        .toSorted((left, right) => right - left);
      for (const nodes of [1, 4, 9, 20]) {
        const room = { ...wide, maximumTokens: nodes };
        const tree = await growConfidentTree(stepperOf(law), room, { depth: 3, branching: 27 }, undefined);
        const kept = tree.tokens
          .map((_, node) => valueOf(law, textTo(tree, node)))
          .toSorted((left, right) => right - left);
        // Equal values may stand for each other.
        expect(kept).toEqual(values.slice(0, nodes).map((value) => expect.closeTo(value, 12)));
        expect(new Set(textsOf(tree)).size).toBe(tree.size);
        expect(tree.distributions).toEqual(tree.tokens.map(oneHot));
      }
    }
  });

  test('siblings stand in the order of their confidence, parents before children', async () => {
    const law = randomTable(4, vocabularySize, kind);
    const tree = await growConfidentTree(stepperOf(law), wide, { depth: 3, branching: 3 }, undefined);
    for (const [node, parent] of tree.parents.entries()) {
      expect(parent).toBeLessThan(node);
      const before = tree.parents.lastIndexOf(parent, node - 1);
      if (node > 0 && before >= 0) {
        expect(valueOf(law, textTo(tree, before))).toBeGreaterThanOrEqual(valueOf(law, textTo(tree, node)));
      }
    }
  });
});

test('only the most valuable nodes of a level get children', async () => {
  const law = randomTable(5, vocabularySize, 'smooth');
  const steps: number[] = [];
  const tree = await growConfidentTree(stepperOf(law, steps), wide, { depth: 4, branching: 2 }, undefined);
  expect(steps).toEqual([1, 2, 2, 2]);
  // Two children of the root, then two of each of the two that are expanded.
  expect(tree.size).toBe(2 + 3 * 4);
});

test('the limits hold, and one leaf leaves the chain of most probable tokens', async () => {
  const law = randomTable(6, vocabularySize, 'smooth');
  const room = { ...wide, maximumTokens: 7, maximumLeaves: 3, maximumDepth: 3, maximumExpanded: 2 };
  const steps: number[] = [];
  const tree = await growConfidentTree(stepperOf(law, steps), room, { depth: 9, branching: 3 }, undefined);
  expect(tree.size).toBe(7);
  expect(steps).toEqual([1, 2, 2]);
  expect(tree.parents.filter((_, node) => !tree.parents.includes(node))).toHaveLength(3);
  const chain = await growConfidentTree(
    stepperOf(law),
    { ...wide, maximumLeaves: 1 },
    { depth: 3, branching: 1 },
    undefined,
  );
  expect(chain.parents).toEqual([-1, 0, 1]);
  const none = { ...wide, maximumTokens: 0 };
  expect((await growConfidentTree(stepperOf(law), none, { depth: 3, branching: 3 }, undefined)).size).toBe(0);
});

test('a node at which the draft stops keeps nothing below it', async () => {
  const law = randomTable(7, vocabularySize, 'smooth');
  const asked: number[] = [];
  const whole = await growConfidentTree(stepperOf(law), wide, { depth: 3, branching: 2 }, undefined);
  const tree = await growConfidentTree(
    stepperOf(law),
    wide,
    { depth: 3, branching: 2 },
    ({ token, depth }) => {
      asked.push(token);
      return depth === 0 && token === whole.tokens[0];
    },
  );
  expect(asked).toEqual(tree.tokens);
  expect(tree.parents).not.toContain(0);
  expect(textsOf(tree)).toEqual(
    textsOf(whole).filter((text) => text.length === 1 || !text.startsWith(String(whole.tokens[0]))),
  );
});
