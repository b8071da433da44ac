import { describe, expect, test } from 'vitest';
import type { Draft } from '../../contract/draft.js';
import { oneHot, probabilityOf } from '../../sampling/draw.js';
import type { TreeLimits } from '../../scheduling/tree-shape.js';
import type { Branch } from '../../testing/enumerate-drafts.js';
import { enumerateDraws } from '../../testing/enumerate-draws.js';
import {
  enumerateJointLaw,
  jointLaw,
  largestDifference,
  type TableLaw,
} from '../../testing/enumerate-joint-law.js';
import { randomTable, type TableKind } from '../../testing/random-table.js';
import { childrenOf } from '../../verification/children-of.js';
import { recursiveRejection } from '../../verification/recursive-rejection.js';
import { sampleMatch } from '../../verification/sample-match.js';
import { traversal } from '../../verification/traversal.js';
import type { DraftTree } from './draft-tree.js';
import { type ChildAcceptance, growSampledTree } from './grow-sampled-tree.js';
import type { TreeStepper } from './tree-stepper.js';
import { usualAcceptance } from './usual-acceptance.js';

// Proofs by enumeration: nothing is sampled, so nothing has a false-alarm probability. The tables' seeds are fixed.
const tolerance = 1e-12;
const visible = 1e-3;
const vocabularySize = 3;
const count = 2;
const kinds: readonly TableKind[] = ['smooth', 'peaked', 'one-hot', 'truncated', 'ties'];
const wide: TreeLimits = {
  maximumTokens: 5,
  maximumLeaves: 100,
  maximumDepth: 100,
  maximumExpanded: 100,
  maximumInner: 100,
};

function stepperOf(law: TableLaw, committed: readonly number[] = [], steps: number[] = []): TreeStepper {
  return {
    maximumWidth: 100,
    maximumNodes: 100,
    step: async (tree, nodes) => {
      steps.push(...nodes);
      return nodes.map((node) => law([...committed, ...textTo(tree, node)]));
    },
  };
}

/** An acceptance that goes by the rank alone. */
const byRank = (chance: (rank: number) => number): ChildAcceptance => ({ before: chance, after: chance });

const textTo = (tree: DraftTree, node: number): number[] =>
  tree.path(node).map((at) => tree.tokens[at] as number);

/** Every draft that the growth can draw after some committed tokens, with its probability. */
function growths(
  law: TableLaw,
  committed: readonly number[],
  limits = wide,
  acceptance: ChildAcceptance = usualAcceptance,
  buffers: Float64Array[] = [],
): Promise<Branch<Draft>[]> {
  return enumerateDraws(async (draw) => {
    const stepper = stepperOf(law, committed);
    const tree = await growSampledTree(stepper, limits, acceptance, draw, buffers, undefined);
    // Row buffers are used again for the next tree.
    return structuredClone(tree.toDraft('enumeration'));
  });
}

/** The largest error of a rule's joint law with the drafts of the growth, altered before they are verified. */
async function error(
  rule: typeof traversal,
  target: TableLaw,
  law: TableLaw,
  altered: (draft: Draft) => Draft = (draft) => draft,
): Promise<number> {
  const grown = new Map<string, Branch<Draft>[]>();
  const buffers: Float64Array[] = [];
  for (const committed of [[], [0], [1], [2]]) {
    const branches = await growths(law, committed, wide, usualAcceptance, buffers);
    grown.set(
      committed.join(),
      branches.map(({ probability, value }) => ({ probability, value: altered(value) })),
    );
  }
  const drafts = (committed: readonly number[]) => grown.get(committed.join()) as Branch<Draft>[];
  return largestDifference(enumerateJointLaw(rule, target, { drafts }, count), jointLaw(target, count));
}

describe.each([recursiveRejection, traversal, sampleMatch])(
  '$name keeps the joint law of the target',
  (rule) => {
    test.each(kinds.flatMap((left) => kinds.map((right) => ({ left, right }))))(
      'target $left, draft $right',
      async ({ left, right }) => {
        const [target, law] = [randomTable(1, vocabularySize, left), randomTable(101, vocabularySize, right)];
        expect(await error(rule, target, law)).toBeLessThan(tolerance);
      },
    );
  },
);

test('the number of children depends on the row and on the tokens elsewhere in the tree', async () => {
  const counts = (draft: Draft): number => childrenOf(draft, -1).length;
  const law = randomTable(3, vocabularySize, 'smooth');
  const grown = await growths(law, []);
  const byFirst = new Map<number, Set<number>>();
  for (const { value } of grown) {
    const first = value.tokens[0] as number;
    byFirst.set(first, (byFirst.get(first) ?? new Set()).add(counts(value)));
  }
  // After one first child the root has one child or more, by what was drawn below it.
  expect([...byFirst.values()].some((numbers) => numbers.size > 1)).toBe(true);
});

describe('what is wrong is found', () => {
  const [target, law] = [3, 1003].map((seed) => randomTable(seed, vocabularySize, 'smooth')) as [
    TableLaw,
    TableLaw,
  ];
  /** Leaves of little probability are dropped: children are counted after they were drawn. */
  const pruned = (draft: Draft): Draft => {
    const kept = [...draft.tokens.keys()].filter(
      (node) =>
        draft.parents.includes(node) ||
        probabilityOf(
          draft.distributions[node] as Draft['distributions'][number],
          draft.tokens[node] as number,
        ) >= 0.55,
    );
    return {
      tokens: kept.map((node) => draft.tokens[node] as number),
      parents: kept.map((node) => kept.indexOf(draft.parents[node] as number)),
      distributions: kept.map((node) => draft.distributions[node] as Draft['distributions'][number]),
      drafters: kept.map(() => 'enumeration'),
    };
  };

  test.each([recursiveRejection, traversal])(
    'children that are pruned after drawing, by $name',
    async (rule) => {
      expect(await error(rule, target, law)).toBeLessThan(tolerance);
      expect(await error(rule, target, law, pruned)).toBeGreaterThan(visible);
    },
  );

  test.each([recursiveRejection, traversal])(
    'laws of first children reported for all, by $name',
    async (rule) => {
      const stale = (draft: Draft): Draft => ({
        ...draft,
        distributions: draft.parents.map(
          (parent) => draft.distributions[draft.parents.indexOf(parent)] as Draft['distributions'][number],
        ),
      });
      expect(await error(rule, target, law, stale)).toBeGreaterThan(visible);
    },
  );

  test.each([recursiveRejection, traversal])(
    'sharpened draws reported as plain ones without replacement, by $name',
    async (rule) => {
      // Four tokens: of three, two are left for the second sibling, and a refusal leaves the target on one of them.
      const [wanted, wide4] = [2, 1002].map((seed) => randomTable(seed, 4, 'smooth')) as [TableLaw, TableLaw];
      const plain = (draft: Draft): Draft => ({
        ...draft,
        distributions: draft.parents.map((parent, node) => {
          const [first, ...others] = childrenOf(draft, parent) as [number, ...number[]];
          const earlier = [first, ...others].filter((sibling) => sibling < node);
          const weights = (draft.distributions[first] as Draft['distributions'][number]).probabilities.map(
            (probability, token) =>
              earlier.some((sibling) => draft.tokens[sibling] === token) ? 0 : probability,
          );
          const mass = weights.reduce((sum, weight) => sum + weight, 0);
          return { tokens: undefined, probabilities: weights.map((weight) => weight / mass) };
        }),
      });
      const errorWith = async (altered: (draft: Draft) => Draft): Promise<number> => {
        const drafts = (await growths(wide4, [], { ...wide, maximumTokens: 3, maximumDepth: 1 })).map(
          ({ probability, value }) => ({ probability, value: altered(value) }),
        );
        return largestDifference(
          enumerateJointLaw(rule, wanted, { drafts: () => drafts }, 1),
          jointLaw(wanted, 1),
        );
      };
      expect(await errorWith((draft) => draft)).toBeLessThan(tolerance);
      expect(await errorWith(plain)).toBeGreaterThan(visible);
    },
  );
});

test('later siblings are drawn from the power 3/2 of what the first one was drawn from', async () => {
  const law: TableLaw = () => ({ tokens: undefined, probabilities: Float64Array.of(0.36, 0.16, 0.16, 0.32) });
  const tree = await growSampledTree(
    stepperOf(law),
    { ...wide, maximumTokens: 3, maximumDepth: 1 },
    usualAcceptance,
    ({ probabilities }) => [3, 1, 0].find((token) => (probabilities[token] as number) > 0) as number,
    [],
    undefined,
  );
  expect(tree.tokens).toEqual([3, 1, 0]);
  const rows = tree.distributions.map(({ probabilities }) => [...probabilities]);
  // .6^3, .4^3 and .4^3: in all .344, and .28 without one of the small ones.
  const expected = [
    [0.36, 0.16, 0.16, 0.32],
    [0.216 / 0.344, 0.064 / 0.344, 0.064 / 0.344, 0],
    [0.216 / 0.28, 0, 0.064 / 0.28, 0],
  ];
  for (const [node, row] of expected.entries()) {
    for (const [token, probability] of row.entries())
      expect(rows[node]?.[token]).toBeCloseTo(probability, 14);
  }
});

test('it is deep where the draft is sure, and wide where it is not', async () => {
  const sure: TableLaw = () => ({ tokens: undefined, probabilities: Float64Array.of(0.999, 0.0005, 0.0005) });
  const unsure: TableLaw = () => ({
    tokens: undefined,
    probabilities: new Float64Array(20).fill(0.05),
  });
  const first = () => 0;
  const deep = await growSampledTree(stepperOf(sure), wide, usualAcceptance, first, [], undefined);
  expect(deep.parents).toEqual([-1, 0, 1, 2, 3]);
  const next = ({ probabilities }: { probabilities: Float64Array }): number =>
    probabilities.findIndex((probability) => probability > 0);
  const flat = await growSampledTree(stepperOf(unsure), wide, usualAcceptance, next, [], undefined);
  expect(childrenOf(flat, -1).length).toBeGreaterThan(1);
});

test('every node is of the most valuable child, and only nodes with children are read', async () => {
  const law = randomTable(5, vocabularySize, 'smooth');
  const steps: number[] = [];
  const tree = await growSampledTree(
    stepperOf(law, [], steps),
    wide,
    byRank((rank) => [0.6, 0.3, 0.1][rank] as number),
    () => 0,
    [],
    undefined,
  );
  // Values, with the chance to be asked to the power .85: .6, .39 below it, .25 below that, .16 in the fourth level, then
  // .14 for the sibling of the first, and .11 in the fifth level.
  expect(tree.parents).toEqual([-1, 0, 1, 2, -1]);
  expect(steps).toEqual([-1, 0, 1, 2]);
});

test('the limits hold, and one leaf leaves a chain', async () => {
  const law = randomTable(6, vocabularySize, 'smooth');
  const even = byRank(() => 0.4);
  for (const { value } of await growths(law, [], { ...wide, maximumLeaves: 1 }, even)) {
    expect(value.parents).toEqual([-1, 0, 1, 2, 3]);
  }
  for (const { value } of await growths(law, [], { ...wide, maximumDepth: 1 }, even)) {
    expect(value.parents).toEqual([-1, -1, -1]);
    expect(new Set(value.tokens).size).toBe(3);
  }
  expect(await growths(law, [], { ...wide, maximumTokens: 0 })).toMatchObject([{ value: { tokens: [] } }]);
});

test('without draws the children are the most probable tokens, as certain guesses', async () => {
  const law: TableLaw = (history) => ({
    tokens: undefined,
    probabilities: Float64Array.from(history.length === 0 ? [0.2, 0.3, 0.5] : [0, 1, 0]),
  });
  const tree = await growSampledTree(
    stepperOf(law),
    { ...wide, maximumDepth: 2 },
    usualAcceptance,
    undefined,
    [],
    undefined,
  );
  expect(childrenOf(tree, -1).map((node) => tree.tokens[node])).toEqual(
    [2, 1, 0].slice(0, childrenOf(tree, -1).length),
  );
  expect(tree.distributions).toEqual(tree.tokens.map(oneHot));
});

test('a node at which the draft stops has no children', async () => {
  const law = randomTable(7, vocabularySize, 'smooth');
  const asked: { token: number; probability: number; depth: number }[] = [];
  const laws: unknown[] = [];
  const tree = await growSampledTree(
    stepperOf(law),
    { ...wide, maximumTokens: 9 },
    usualAcceptance,
    ({ probabilities }) => probabilities.findIndex((probability) => probability > 0),
    [],
    (drafted) => {
      const { modelLaw, ...rest } = drafted;
      asked.push(rest);
      laws.push(modelLaw?.());
      return drafted.token === 0;
    },
  );
  for (const parent of tree.parents) expect(tree.tokens[parent]).not.toBe(0);
  expect(asked).toEqual(
    tree.tokens.map((token, node) => ({
      token,
      probability: probabilityOf(tree.distributions[node] as Draft['distributions'][number], token),
      depth: tree.path(node).length - 1,
    })),
  );
  expect(laws).toEqual(tree.distributions);
});
