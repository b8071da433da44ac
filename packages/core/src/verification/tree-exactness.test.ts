import { describe, expect, test } from 'vitest';
import type { Draft } from '../contract/draft.js';
import type { VerificationRule } from '../contract/verification-rule.js';
import { pathTokens } from '../decoding/draft-shape.js';
import { InvalidDraftError } from '../errors/invalid-draft-error.js';
import { oneHot, probabilityOf } from '../sampling/draw.js';
import { type Branch, entries } from '../testing/enumerate-drafts.js';
import {
  type EnumeratedTrees,
  enumerateJointLaw,
  expectedCommitted,
  jointLaw,
  largestDifference,
  type TableLaw,
} from '../testing/enumerate-joint-law.js';
import { randomTable, type TableKind } from '../testing/random-table.js';
import { type SiblingKind, siblingLaw } from '../testing/sibling-law.js';
import { kSeqUndivided, residualOfFirstSibling } from '../testing/wrong-tree-rules.js';
import { childrenOf } from './children-of.js';
import { kSeq } from './k-seq.js';
import { recursiveRejection } from './recursive-rejection.js';
import { verificationRules } from './rules.js';
import { tokenwise } from './tokenwise.js';
import { traversal } from './traversal.js';

// Proofs by enumeration: nothing is sampled, so nothing has a false-alarm probability. The tables' seeds are fixed.
const tolerance = 1e-12;
const visible = 1e-3;
const count = 3;
const vocabularySize = 3;
const kinds: readonly TableKind[] = ['smooth', 'peaked', 'one-hot', 'truncated', 'ties'];
const siblingKinds: readonly SiblingKind[] = ['independent', 'without replacement', 'likeliest'];
const shapes = [
  [-1, -1],
  [-1, -1, -1],
  [-1, -1, 0, 1],
  [-1, -1, 0, 0, 1],
  // Deep before wide: the second child of the root is listed after the first one's.
  [-1, 0, -1, 1],
  [-1, 0, 0, 1, 2],
].map((shape) => ({ shape }));

function error(rule: VerificationRule, target: TableLaw, trees: EnumeratedTrees, tokens = count): number {
  return largestDifference(enumerateJointLaw(rule, target, trees, tokens), jointLaw(target, tokens));
}

const fixed = (shape: readonly number[]) => (): readonly number[] => shape;

const treeRules = [...verificationRules.values()].filter(({ trees }) => trees);
const pairs = treeRules.flatMap((rule) =>
  siblingKinds
    .filter((siblings) => rule.independentSiblings !== true || siblings === 'independent')
    .map((siblings) => ({ rule, name: rule.name, siblings })),
);

test('the rules that take trees are among those proven here', () => {
  expect(treeRules.map(({ name }) => name)).toEqual([
    'sample-match',
    'recursive-rejection',
    'traversal',
    'k-seq',
  ]);
});

describe.each(pairs)('$name keeps the joint law of the target, siblings $siblings', ({ rule, siblings }) => {
  const target = randomTable(7, vocabularySize, 'smooth');
  const drawn = randomTable(8, vocabularySize, 'smooth');

  test.each(kinds.flatMap((left) => kinds.map((right) => ({ left, right }))))(
    'over several rounds: target $left, draft $right',
    ({ left, right }) => {
      const law = randomTable(101, vocabularySize, right);
      const trees = { drawn: law, siblings, shape: fixed([-1, -1, 0]) };
      expect(error(rule, randomTable(1, vocabularySize, left), trees)).toBeLessThan(tolerance);
    },
  );

  test.each(shapes)('with trees of the shape $shape', ({ shape }) => {
    expect(error(rule, target, { drawn, siblings, shape: fixed(shape) })).toBeLessThan(tolerance);
  });

  test('with more tokens than siblings reach', () => {
    const [left, right] = [31, 32].map((seed) => randomTable(seed, 5, 'smooth')) as [TableLaw, TableLaw];
    const trees = { drawn: right, siblings, shape: fixed([-1, -1, -1]) };
    expect(error(rule, left, trees, 2)).toBeLessThan(tolerance);
  });

  test('with disjoint supports, where every child is refused', () => {
    const left: TableLaw = () => ({
      tokens: Int32Array.of(0, 1),
      probabilities: Float64Array.of(0.25, 0.75),
    });
    const right: TableLaw = () => ({ tokens: Int32Array.of(2, 3), probabilities: Float64Array.of(0.5, 0.5) });
    const trees = { drawn: right, siblings, shape: fixed([-1, -1, 0]) };
    expect(error(rule, left, trees)).toBeLessThan(tolerance);
    expect(expectedCommitted(rule, left, trees)).toBeCloseTo(1, 12);
  });

  test('with point masses, alike and apart', () => {
    for (const token of [0, 1]) {
      const trees = { drawn: () => oneHot(token), siblings, shape: fixed([-1, -1, 0]) };
      expect(error(rule, () => oneHot(1), trees)).toBeLessThan(tolerance);
    }
  });

  test('with a draft equal to the target', () => {
    const trees = { drawn: target, siblings, shape: fixed([-1, -1, 0]) };
    expect(error(rule, target, trees)).toBeLessThan(tolerance);
  });

  test('with probabilities far apart', () => {
    const left: TableLaw = () => ({
      tokens: undefined,
      probabilities: Float64Array.of(0.6, 0.4 - 1e-10, 1e-10),
    });
    const right: TableLaw = () => ({
      tokens: undefined,
      probabilities: Float64Array.of(1e-9, 0.5, 0.5 - 1e-9),
    });
    const trees = { drawn: right, siblings, shape: fixed([-1, -1, -1]) };
    expect(error(rule, left, trees, 2)).toBeLessThan(tolerance);
  });

  test('with shapes that depend on what was committed and on discarded drafts', () => {
    const shape = (committed: readonly number[], discarded: readonly number[]): readonly number[] =>
      [[], [-1], [-1, -1], [-1, -1, 1]][((committed.at(-1) ?? 0) + (discarded.includes(1) ? 2 : 0)) % 4] ??
      [];
    expect(error(rule, target, { drawn, siblings, shape })).toBeLessThan(tolerance);
  });
});

describe('drafts that recursive rejection takes and K-SEQ does not', () => {
  const target = randomTable(20, vocabularySize, 'smooth');
  const drawn = randomTable(21, vocabularySize, 'smooth');

  test('draws reported as certain, duplicates among them', () => {
    const altered = (draft: Draft): Draft => ({ ...draft, distributions: draft.tokens.map(oneHot) });
    const trees = { drawn, siblings: 'independent', shape: fixed([-1, -1, 0]), altered } as const;
    expect(error(recursiveRejection, target, trees)).toBeLessThan(tolerance);
    expect(() => error(kSeq, target, trees)).toThrow(InvalidDraftError);
  });

  test('siblings without replacement', () => {
    const trees = { drawn, siblings: 'without replacement', shape: fixed([-1, -1]) } as const;
    expect(() => error(kSeq, target, trees)).toThrow(/Node 1 .*not that of its sibling, node 0/);
  });

  test('as many siblings as the earlier ones call for', () => {
    // The third child exists where the first two are alike: decided on by what was drawn, before it is drawn.
    const altered = (draft: Draft): Draft =>
      draft.tokens[0] === draft.tokens[1] ? draft : without(draft, (node) => node === 2);
    const trees = { drawn, siblings: 'independent', shape: fixed([-1, -1, -1]), altered } as const;
    expect(error(recursiveRejection, target, trees)).toBeLessThan(tolerance);
    expect(error(kSeq, target, trees)).toBeGreaterThan(visible);
  });
});

describe('trees that grow by what was drawn anywhere in them', () => {
  // Which node gets the next child is decided before that child is drawn: by all tokens so far, on whichever branch.
  const largestError = (rule: VerificationRule, siblings: SiblingKind): number =>
    Math.max(
      ...Array.from({ length: 12 }, (_, seed) => {
        const target = randomTable(seed, vocabularySize, 'smooth');
        const law = randomTable(1000 + seed, vocabularySize, 'smooth');
        const drafts = (committed: readonly number[]) => grownTrees(law, siblings, committed, seed);
        return largestDifference(enumerateJointLaw(rule, target, { drafts }, 2), jointLaw(target, 2));
      }),
    );

  test.each(pairs.filter(({ rule, siblings }) => rule !== kSeq && siblings !== 'likeliest'))(
    '$name keeps the joint law, siblings $siblings',
    ({ rule, siblings }) => {
      expect(largestError(rule, siblings)).toBeLessThan(tolerance);
    },
  );

  test('K-SEQ, which must know the number of siblings before, does not', () => {
    expect(largestError(kSeq, 'independent')).toBeGreaterThan(visible);
  });
});

describe('what is wrong fails the same proof', () => {
  // Three tokens are too few for a stale law to show: what the first refusal leaves then lies on one token.
  const tokens = 5;
  const [target, drawn] = [1, 1001].map((seed) => randomTable(seed, tokens, 'smooth')) as [
    TableLaw,
    TableLaw,
  ];
  const star = (siblings: SiblingKind, altered: (draft: Draft) => Draft): EnumeratedTrees => ({
    drawn,
    siblings,
    shape: fixed([-1, -1, -1]),
    altered,
  });
  const sound = (draft: Draft): Draft => draft;
  /** Every node reports what its first sibling was drawn from. */
  const stale = (draft: Draft): Draft => ({
    ...draft,
    distributions: draft.parents.map((parent) => {
      const [first] = childrenOf(draft, parent) as [number];
      return draft.distributions[first] as Draft['distributions'][number];
    }),
  });
  const pruned = (draft: Draft): Draft => without(draft, (node) => ownProbability(draft, node) < 0.2);

  test('the tables are sound where nothing is', () => {
    expect(error(recursiveRejection, target, star('without replacement', sound), 2)).toBeLessThan(tolerance);
    expect(error(recursiveRejection, target, star('independent', sound), 2)).toBeLessThan(tolerance);
    expect(error(kSeq, target, star('independent', sound), 2)).toBeLessThan(tolerance);
  });

  test.each<[fault: string, rule: VerificationRule, trees: EnumeratedTrees]>([
    ['draft laws that are not renormalised', recursiveRejection, star('without replacement', stale)],
    ['children without replacement under K-SEQ', kSeq, star('without replacement', stale)],
    ['sampled children that are pruned', recursiveRejection, star('independent', pruned)],
    ['sampled children that are pruned, under K-SEQ', kSeq, star('independent', pruned)],
    ['sampled children that are reranked', recursiveRejection, star('independent', reranked)],
    [
      'children without replacement that are reranked',
      recursiveRejection,
      star('without replacement', reranked),
    ],
    ['a residual that siblings do not update', residualOfFirstSibling, star('independent', sound)],
    ['draft laws that are not renormalised, under traversal', traversal, star('without replacement', stale)],
    ['sampled children that are pruned, under traversal', traversal, star('independent', pruned)],
    ['sampled children that are reranked, under traversal', traversal, star('independent', reranked)],
    ['K-SEQ with rho = 1', kSeqUndivided, star('independent', sound)],
  ])('%s', (_, rule, trees) => {
    expect(error(rule, target, trees, 2)).toBeGreaterThan(visible);
  });

  test('sample-match never looks at distributions: pruned and reranked trees only accept less', () => {
    const sampleMatch = verificationRules.get('sample-match') as VerificationRule;
    for (const altered of [stale, pruned, reranked]) {
      expect(error(sampleMatch, target, star('independent', altered), 2)).toBeLessThan(tolerance);
    }
  });
});

describe('expected committed tokens', () => {
  test('traversal never keeps fewer than recursive rejection, and on deep trees more', () => {
    let gained = 0;
    for (let seed = 0; seed < 30; seed++) {
      const target = randomTable(seed, vocabularySize, 'smooth');
      const drawn = randomTable(1000 + seed, vocabularySize, 'smooth');
      for (const shape of [
        [-1, -1, -1],
        [-1, -1, 0, 1],
        [-1, 0, -1, 1],
        [-1, 0, 0, 1, 2],
      ]) {
        const trees = { drawn, siblings: 'without replacement', shape: fixed(shape) } as const;
        const gain =
          expectedCommitted(traversal, target, trees) - expectedCommitted(recursiveRejection, target, trees);
        expect(gain).toBeGreaterThanOrEqual(-tolerance);
        gained += gain;
      }
    }
    expect(gained).toBeGreaterThan(1);
  });

  test('K-SEQ and recursive rejection accept at least what one child does, and more siblings never less', () => {
    for (let seed = 0; seed < 30; seed++) {
      const target = randomTable(seed, 4, 'smooth');
      const drawn = randomTable(1000 + seed, 4, 'smooth');
      const one = expectedCommitted(tokenwise, target, { drawn, length: () => 1 });
      for (const { rule, siblings } of pairs.filter(({ name }) => name !== 'sample-match')) {
        if (siblings === 'likeliest') continue;
        const reached = [1, 2, 3].map((width) =>
          expectedCommitted(rule, target, { drawn, siblings, shape: fixed(new Array(width).fill(-1)) }),
        ) as [number, number, number];
        expect(reached[0]).toBeCloseTo(one, 12);
        expect(reached[1]).toBeGreaterThanOrEqual(reached[0] - tolerance);
        expect(reached[2]).toBeGreaterThanOrEqual(reached[1] - tolerance);
      }
    }
  });
});

/** Every tree of up to five nodes whose growth an arbitrary function of its tokens and parents decides. */
function grownTrees(
  law: TableLaw,
  siblings: SiblingKind,
  committed: readonly number[],
  seed: number,
): Branch<Draft>[] {
  const nothing: Draft = { tokens: [], parents: [], distributions: [], drafters: [] };
  let grown: Branch<Draft>[] = [{ probability: 1, value: nothing }];
  for (let nodes = 0; nodes < 5; nodes++) {
    grown = grown.flatMap(({ probability, value }) => {
      const parent =
        (hashOf([seed, ...committed, ...value.tokens, ...value.parents]) % (value.tokens.length + 1)) - 1;
      const earlier = childrenOf(value, parent).map((node) => value.tokens[node] as number);
      const distribution = siblingLaw(law([...committed, ...pathTokens(value, parent)]), siblings, earlier);
      if (distribution === undefined) return [{ probability, value }];
      return entries(distribution).map(([token, share]) => ({
        probability: probability * share,
        value: {
          tokens: [...value.tokens, token],
          parents: [...value.parents, parent],
          distributions: [...value.distributions, distribution],
          drafters: [...value.drafters, 'enumeration'],
        },
      }));
    });
  }
  return grown;
}

/** FNV-1a over small numbers, 32 bits. */
function hashOf(numbers: readonly number[]): number {
  let hash = 2_166_136_261;
  for (const number of numbers) hash = Math.imul(hash ^ (number + 2), 16_777_619);
  return (hash ^ (hash >>> 13)) >>> 0;
}

/** The draft without some of its nodes; all of them are leaves. */
function without(draft: Draft, drops: (node: number) => boolean): Draft {
  const kept = [...draft.tokens.keys()].filter((node) => !drops(node));
  return picked(draft, kept);
}

/** The root's children by falling probability under the first one's law: what a drafter that ranks afterwards hands over. */
function reranked(draft: Draft): Draft {
  const nodes = [...draft.tokens.keys()];
  return picked(
    draft,
    nodes.toSorted((left, right) => ownProbability(draft, right) - ownProbability(draft, left)),
  );
}

function ownProbability(draft: Draft, node: number): number {
  return probabilityOf(
    draft.distributions[0] as Draft['distributions'][number],
    draft.tokens[node] as number,
  );
}

/** Some nodes of a star, in the order given. */
function picked(draft: Draft, nodes: readonly number[]): Draft {
  const of = <Value>(values: readonly Value[]): Value[] => nodes.map((node) => values[node] as Value);
  return {
    tokens: of(draft.tokens),
    parents: of(draft.parents),
    distributions: of(draft.distributions),
    drafters: of(draft.drafters),
  };
}
