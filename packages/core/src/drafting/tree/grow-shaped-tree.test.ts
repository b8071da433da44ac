import { describe, expect, test } from 'vitest';
import type { Distribution } from '../../contract/distribution.js';
import type { Draft } from '../../contract/draft.js';
import { oneHot, probabilityOf } from '../../sampling/draw.js';
import type { TreeShape } from '../../scheduling/tree-shape.js';
import { createStaticShape } from '../../scheduling/tree-shape-chooser.js';
import { enumerateDraws } from '../../testing/enumerate-draws.js';
import { planDraft, type TableLaw } from '../../testing/enumerate-drafts.js';
import { randomTable, type TableKind } from '../../testing/random-table.js';
import type { SiblingKind } from '../../testing/sibling-law.js';
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
 * The largest difference between what comes out and the drafts that the rules' proofs draw: of the probability of any
 * tree, and of a distribution that is reported in it.
 */
async function largestError(law: TableLaw, shape: TreeShape, sampling: Sampling, siblings: SiblingKind) {
  const plan = planDraft({ drawn: law, siblings, shape: () => shape.parents }, [], []);
  const expected = new Map(plan.drafts([]).map((branch) => [keyOf(branch.value), branch]));
  const branches = await enumerateDraws(async (draw) => {
    const tree = await growShapedTree(tableStepper(law), shape, sampling(draw), undefined);
    // Row buffers may be used again for the next tree.
    const { tokens, parents, distributions } = tree;
    return structuredClone({ tokens, parents, distributions });
  });
  let error = branches.length === expected.size ? 0 : Number.POSITIVE_INFINITY;
  for (const { value: tree, probability } of branches) {
    const same = expected.get(keyOf(tree));
    error = Math.max(error, Math.abs(probability - (same?.probability ?? 0)));
    for (const [node, distribution] of tree.distributions.entries()) {
      const right = same?.value.distributions[node];
      for (let token = 0; right !== undefined && token < vocabularySize; token++) {
        error = Math.max(error, Math.abs(probabilityOf(distribution, token) - probabilityOf(right, token)));
      }
    }
  }
  return error;
}

const keyOf = ({ tokens, parents }: Pick<Draft, 'tokens' | 'parents'>): string =>
  `${tokens.join()}|${parents.join()}`;

describe.each([[[3]], [[2, 2]], [[1, 3]], [[2, 1, 1]], [[1, 1, 1]]])('the expansion <%s>', (widths) => {
  test.each(kinds)(
    'is drawn without replacement as in the proofs of the rules, on a %s table',
    async (kind) => {
      const law = randomTable(1, vocabularySize, kind);
      expect(await largestError(law, shapeOf(widths), distinct, 'without replacement')).toBeLessThan(
        tolerance,
      );
    },
  );

  test.each(kinds)('is drawn independently as in the proofs of the rules, on a %s table', async (kind) => {
    const law = randomTable(2, vocabularySize, kind);
    expect(await largestError(law, shapeOf(widths), withReplacement, 'independent')).toBeLessThan(tolerance);
  });
});

describe('what is wrong is found', () => {
  const law = randomTable(3, vocabularySize, 'smooth');
  const error = (sampling: Sampling) => largestError(law, shapeOf([2, 2]), sampling, 'without replacement');

  test('the law before the removal, reported for a later sibling', async () => {
    const stale: Sampling = (draw) => (distribution, count, firstNode) =>
      distinct(draw)(distribution, count, firstNode).map((child) => ({ ...child, distribution }));
    expect(await error(stale)).toBeGreaterThan(visible);
  });

  test('a removal without renormalising', async () => {
    const thinned: Sampling = (draw) => (distribution, count, firstNode) =>
      distinct(draw)(distribution, count, firstNode).map((child, rank, children) => ({
        ...child,
        distribution: rank === 0 ? distribution : removed(distribution, (children[0] as typeof child).token),
      }));
    expect(await error(thinned)).toBeGreaterThan(visible);
  });

  test('draws with replacement, reported as such', async () => {
    expect(await error(withReplacement)).toBeGreaterThan(visible);
  });
});

test('siblings differ, and end where the support does', async () => {
  const law: TableLaw = () => ({ tokens: Int32Array.of(0, 2), probabilities: Float64Array.of(1e-320, 1) });
  for (const { value: tree } of await enumerateDraws((draw) =>
    growShapedTree(tableStepper(law), shapeOf([3, 2]), distinct(draw), undefined),
  )) {
    expect(tree.parents).toEqual([-1, -1, 0, 0, 1, 1]);
    for (const first of [0, 2, 4])
      expect(tree.tokens.slice(first, first + 2)).toSatisfy(
        (pair: number[]) => pair.includes(0) && pair.includes(2),
      );
  }
  const point = await enumerateDraws((draw) =>
    growShapedTree(
      tableStepper(() => oneHot(1)),
      shapeOf([2, 2]),
      distinct(draw),
      undefined,
    ),
  );
  expect(point.map(({ value }) => value.parents)).toEqual([[-1, 0]]);
});

test('row buffers are reused from tree to tree, and their results are not disturbed within one', async () => {
  const buffers: Float64Array[] = [];
  for (const seed of [4, 5, 6]) {
    const law = randomTable(seed, vocabularySize, 'smooth');
    const reusing: Sampling = (draw) => withoutReplacement(draw, buffers);
    expect(await largestError(law, shapeOf([2, 2]), reusing, 'without replacement')).toBeLessThan(tolerance);
  }
  expect(buffers.filter((buffer) => buffer !== undefined)).toHaveLength(3);
});

test.each(kinds)('deterministic children are those of the proofs, on a %s table', async (kind) => {
  const law = randomTable(9, vocabularySize, kind);
  const sampling: Sampling = () => deterministicChildren;
  expect(await largestError(law, shapeOf([2, 2]), sampling, 'likeliest')).toBe(0);
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
  const laws: (Distribution | undefined)[] = [];
  const first: DrawToken = ({ probabilities }) => probabilities.findIndex((probability) => probability > 0);
  const tree = await growShapedTree(tableStepper(law), shapeOf([2, 2]), distinct(first), (drafted) => {
    const { modelLaw, ...rest } = drafted;
    asked.push(rest);
    laws.push(modelLaw?.());
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
  expect(laws).toEqual(tree.distributions);
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

function removed(distribution: Distribution, token: number): Distribution {
  return {
    tokens: undefined,
    probabilities: Float64Array.from({ length: vocabularySize }, (_, id) =>
      id === token ? 0 : probabilityOf(distribution, id),
    ),
  };
}
