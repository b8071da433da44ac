import { describe, expect, test } from 'vitest';
import type { Distribution } from '../../contract/distribution.js';
import { oneHot, probabilityOf } from '../../sampling/draw.js';
import type { TreeShape } from '../../scheduling/tree-shape.js';
import { createStaticShape } from '../../scheduling/tree-shape-chooser.js';
import { enumerateDraws } from '../../testing/enumerate-draws.js';
import type { TableLaw } from '../../testing/enumerate-joint-law.js';
import { randomTable, type TableKind } from '../../testing/random-table.js';
import {
  type ChooseChildren,
  deterministicChildren,
  type DrawToken,
  withoutReplacement,
  withReplacement,
} from './choose-children.js';
import { DraftTree } from './draft-tree.js';
import { growShapedTree } from './grow-shaped-tree.js';
import type { TreeStepper } from './tree-stepper.js';

// Proofs by enumeration: nothing is sampled, so nothing has a false-alarm probability. The tables' seeds are fixed.
const tolerance = 1e-12;
const visible = 1e-3;
const vocabularySize = 3;
const kinds: readonly TableKind[] = ['smooth', 'peaked', 'one-hot', 'truncated', 'ties'];

function tableStepper(law: TableLaw): TreeStepper {
  return {
    maximumWidth: 100,
    maximumNodes: 100,
    step: async (tree, nodes) => nodes.map((node) => law(textAfter(tree, node))),
  };
}

const shapeOf = (widths: readonly number[]): TreeShape =>
  createStaticShape(widths).next({
    maximumTokens: 100,
    maximumLeaves: 100,
    maximumDepth: 100,
    maximumExpanded: 100,
    maximumInner: 100,
  });

type Sampling = (draw: DrawToken) => ChooseChildren;
const distinct: Sampling = (draw) => withoutReplacement(draw, []);

/**
 * The largest error of a sampled tree's law: of the probability of every tree that can come out, which must be the
 * product of its nodes' laws given the siblings before, and of the distributions that are reported for them.
 */
async function largestError(law: TableLaw, shape: TreeShape, sampling: Sampling, replacement: boolean) {
  const branches = await enumerateDraws((draw) =>
    growShapedTree(tableStepper(law), shape, sampling(draw), undefined),
  );
  let error = 0;
  let total = 0;
  for (const { value: tree, probability } of branches) {
    let product = 1;
    for (const [node, token] of tree.tokens.entries()) {
      const parent = tree.parents[node] as number;
      const siblings = replacement
        ? []
        : tree.tokens.filter((_, other) => other < node && tree.parents[other] === parent);
      const expected = without(law(textAfter(tree, parent)), siblings);
      product *= expected[token] as number;
      const reported = tree.distributions[node] as Distribution;
      for (const [id, probabilityOfId] of expected.entries())
        error = Math.max(error, Math.abs(probabilityOfId - probabilityOf(reported, id)));
    }
    error = Math.max(error, Math.abs(probability - product));
    total += probability;
  }
  return Math.max(error, Math.abs(total - 1));
}

describe.each([[[3]], [[2, 2]], [[1, 3]], [[2, 1, 1]], [[1, 1, 1]]])('the expansion <%s>', (widths) => {
  test.each(kinds)('has the law of drawing without replacement, on a %s table', async (kind) => {
    const law = randomTable(1, vocabularySize, kind);
    expect(await largestError(law, shapeOf(widths), distinct, false)).toBeLessThan(tolerance);
  });

  test.each(kinds)('has the law of independent draws with replacement, on a %s table', async (kind) => {
    const law = randomTable(2, vocabularySize, kind);
    expect(await largestError(law, shapeOf(widths), withReplacement, true)).toBeLessThan(tolerance);
  });
});

describe('what is wrong is found', () => {
  const law = randomTable(3, vocabularySize, 'smooth');
  const error = (sampling: Sampling) => largestError(law, shapeOf([2, 2]), sampling, false);

  test('the law before the removal, reported for a later sibling', async () => {
    const stale: Sampling = (draw) => (distribution, count, firstNode) =>
      distinct(draw)(distribution, count, firstNode).map(({ token }) => ({ token, distribution }));
    expect(await error(stale)).toBeGreaterThan(visible);
  });

  test('a removal without renormalising', async () => {
    const thinned: Sampling = (draw) => (distribution, count, firstNode) =>
      distinct(draw)(distribution, count, firstNode).map((child, rank, children) => ({
        token: child.token,
        distribution: rank === 0 ? distribution : removed(distribution, (children[0] as typeof child).token),
      }));
    expect(await error(thinned)).toBeGreaterThan(visible);
  });

  test('draws with replacement, reported as without', async () => {
    const mixed: Sampling = (draw) => (distribution, count, firstNode) => {
      const drawn = withReplacement(draw)(distribution, count, firstNode);
      const [first] = drawn as [(typeof drawn)[number]];
      return drawn.map(({ token }, rank) => ({
        token,
        distribution: rank === 0 || token === first.token ? distribution : removed(distribution, first.token),
      }));
    };
    expect(await error(mixed)).toBeGreaterThan(visible);
  });
});

test('siblings differ, and end where the support does', async () => {
  const law: TableLaw = () => ({ tokens: Int32Array.of(0, 2), probabilities: Float64Array.of(1e-320, 1) });
  for (const { value: tree } of await enumerateDraws((draw) =>
    growShapedTree(tableStepper(law), shapeOf([3, 2]), distinct(draw), undefined),
  )) {
    expect(tree.parents).toEqual([-1, -1, 0, 0, 1, 1]);
    for (const first of [0, 2, 4]) expect(tree.tokens.slice(first, first + 2).toSorted()).toEqual([0, 2]);
  }
  const point = await enumerateDraws((draw) =>
    growShapedTree(tableStepper(() => oneHot(1)), shapeOf([2, 2]), distinct(draw), undefined),
  );
  expect(point.map(({ value }) => value.parents)).toEqual([[-1, 0]]);
});

test('row buffers are reused from tree to tree, and their results are not disturbed within one', async () => {
  const buffers: Float64Array[] = [];
  for (const seed of [4, 5, 6]) {
    const law = randomTable(seed, vocabularySize, 'smooth');
    const reusing: Sampling = (draw) => withoutReplacement(draw, buffers);
    expect(await largestError(law, shapeOf([2, 2]), reusing, false)).toBeLessThan(tolerance);
  }
  expect(buffers.filter((buffer) => buffer !== undefined)).toHaveLength(3);
});

test('deterministic children are the most probable tokens, one-hot, ties to the lowest id', async () => {
  const law: TableLaw = (history) => ({
    tokens: undefined,
    probabilities: Float64Array.from(history.length === 0 ? [0.3, 0.3, 0.4] : [0, 1, 0]),
  });
  const tree = await growShapedTree(tableStepper(law), shapeOf([3, 2]), deterministicChildren, undefined);
  expect(tree.tokens).toEqual([2, 0, 1, 1, 1, 1]);
  expect(tree.parents).toEqual([-1, -1, -1, 0, 1, 2]);
  expect(tree.distributions).toEqual(tree.tokens.map(oneHot));
});

test('a node at which the draft stops has no children, and keeps all its siblings', async () => {
  const law = randomTable(7, vocabularySize, 'smooth');
  const asked: { token: number; probability: number; depth: number }[] = [];
  const first: DrawToken = ({ probabilities }) => probabilities.findIndex((probability) => probability > 0);
  const tree = await growShapedTree(tableStepper(law), shapeOf([2, 2]), distinct(first), (drafted) => {
    asked.push({ ...drafted });
    return drafted.token === 0;
  });
  expect(tree.tokens).toEqual([0, 1, 0, 1]);
  expect(tree.parents).toEqual([-1, -1, 1, 1]);
  expect(asked).toEqual(
    tree.tokens.map((token, node) => ({
      token,
      probability: probabilityOf(tree.distributions[node] as Distribution, token),
      depth: (tree.parents[node] as number) < 0 ? 0 : 1,
    })),
  );
});

test('every level is one step over the nodes that have children', async () => {
  const steps: number[][] = [];
  const law = randomTable(8, vocabularySize, 'smooth');
  const stepper: TreeStepper = {
    ...tableStepper(law),
    step: (tree, nodes) => {
      steps.push([...nodes]);
      return tableStepper(law).step(tree, nodes);
    },
  };
  const shape: TreeShape = { parents: [-1, -1, 1, 1, 2] };
  const tree = await growShapedTree(stepper, shape, deterministicChildren, undefined);
  expect(tree.parents).toEqual(shape.parents);
  expect(steps).toEqual([[-1], [1], [2]]);
  expect((await growShapedTree(stepper, { parents: [] }, deterministicChildren, undefined)).size).toBe(0);
  expect(steps).toHaveLength(3);
});

function textAfter(tree: DraftTree, node: number): number[] {
  return tree.path(node).map((at) => tree.tokens[at] as number);
}

/** Probabilities by id with some tokens removed and the rest renormalised, by definition. */
function without(distribution: Distribution, tokens: readonly number[]): number[] {
  const weights = Array.from({ length: vocabularySize }, (_, token) =>
    tokens.includes(token) ? 0 : probabilityOf(distribution, token),
  );
  const mass = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / mass);
}

function removed(distribution: Distribution, token: number): Distribution {
  return {
    tokens: undefined,
    probabilities: Float64Array.from({ length: vocabularySize }, (_, id) =>
      id === token ? 0 : probabilityOf(distribution, id),
    ),
  };
}
