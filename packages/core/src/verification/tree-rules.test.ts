import { describe, expect, test } from 'vitest';
import type { Distribution } from '../contract/distribution.js';
import type { Draft } from '../contract/draft.js';
import type { VerificationRandom } from '../contract/verification-random.js';
import type { VerificationRule } from '../contract/verification-rule.js';
import { InvalidDraftError } from '../errors/invalid-draft-error.js';
import { createRequestRandom } from '../random/request-random.js';
import { drawToken, oneHot } from '../sampling/draw.js';
import { randomTable } from '../testing/random-table.js';
import { block } from './block.js';
import { kSeq } from './k-seq.js';
import { recursiveRejection } from './recursive-rejection.js';
import { resolveRule, verificationRules } from './rules.js';
import { tokenwise } from './tokenwise.js';
import { traversal } from './traversal.js';

const dense = (...probabilities: number[]): Distribution => ({
  tokens: undefined,
  probabilities: Float64Array.from(probabilities),
});
const tree = (
  tokens: readonly number[],
  parents: readonly number[],
  distributions: readonly Distribution[],
): Draft => ({ tokens, parents, distributions, drafters: tokens.map(() => 'test') });
const treeRules = [...verificationRules.values()].filter(({ trees }) => trees);

/** Every chance that is not certain is lost; draws take the first token of positive weight, and are noted. */
function unlucky(drawn: number[][] = []): VerificationRandom {
  return {
    accept: (probability) => probability >= 1,
    draw({ tokens, probabilities }) {
      drawn.push([...probabilities]);
      const index = probabilities.findIndex((probability) => probability > 0);
      return tokens?.[index] ?? index;
    },
  };
}

describe.each(treeRules)('greedy trees under $name', (rule) => {
  // The root's children are nodes 0 and 1 (tokens 5 and 8), node 1 is followed by nodes 2 and 3 (6 and 7).
  const soft: Distribution = {
    tokens: Int32Array.of(5, 6, 7, 8),
    probabilities: Float64Array.of(0.1, 0.2, 0.3, 0.4),
  };
  const drafts: readonly [string, Draft][] = [
    ['soft', tree([5, 8, 6, 7], [-1, -1, 1, 1], [soft, soft, soft, soft])],
    ...(rule.independentSiblings === true
      ? []
      : ([['certain', tree([5, 8, 6, 7], [-1, -1, 1, 1], [5, 8, 6, 7].map(oneHot))]] as [string, Draft][])),
  ];

  test.each(drafts)('%s: the branch of the argmax is kept, whatever the random numbers', (_, draft) => {
    const rows = [8, 1, 7, 1, 4].map(oneHot);
    expect(rule.verify(draft, rows, unlucky())).toEqual({
      acceptedPath: [1, 3],
      nextToken: 4,
      nextTokenKind: 'bonus',
    });
  });

  test.each(drafts)('%s: a token that no child of the node has is the correction', (_, draft) => {
    const outcome = (argmaxes: readonly number[]) => rule.verify(draft, argmaxes.map(oneHot), unlucky());
    expect(outcome([8, 1, 5, 1, 4])).toEqual({
      acceptedPath: [1],
      nextToken: 5,
      nextTokenKind: 'correction',
    });
    expect(outcome([6, 1, 5, 1, 4])).toEqual({ acceptedPath: [], nextToken: 6, nextTokenKind: 'correction' });
    expect(outcome([5, 9, 5, 1, 4])).toEqual({ acceptedPath: [0], nextToken: 9, nextTokenKind: 'bonus' });
  });
});

describe.each([
  { rule: recursiveRejection, name: recursiveRejection.name, onChains: tokenwise },
  { rule: kSeq, name: kSeq.name, onChains: tokenwise },
  { rule: traversal, name: traversal.name, onChains: block },
])('$name on drafts without branches', ({ rule, onChains }) => {
  test('decides as the rule that it names, for the same random numbers', () => {
    expect(rule.onChains).toBe(onChains.name);
    const drafted = randomTable(4, 5, 'smooth');
    const wanted = randomTable(5, 5, 'truncated');
    for (let seed = 0; seed < 300; seed++) {
      const requests = createRequestRandom({ seed });
      const tokens: number[] = [];
      for (let node = 0; node < seed % 6; node++) {
        tokens.push(drawToken(drafted(tokens), requests.round(0).uniform('draft', 0, node, 0)));
      }
      const draft = tree(
        tokens,
        tokens.map((_, node) => node - 1),
        tokens.map((_, node) => drafted(tokens.slice(0, node))),
      );
      const rows = [-1, ...tokens.keys()].map((node) => wanted(tokens.slice(0, node + 1)));
      const decide = (by: VerificationRule) => by.verify(draft, rows, requests.verification(by, draft, 0));
      expect(decide(rule)).toEqual(decide(onChains));
    }
  });
});

describe('recursive rejection', () => {
  test('tries each sibling against what the refused ones left', () => {
    // By hand: (.5, .3, .2) less (.2, .6, .2) leaves (.3, 0, 0), all on token 0; then nothing of token 2 is left.
    const asked: number[] = [];
    const drafted = dense(0.2, 0.6, 0.2);
    const draft = tree([1, 2, 0], [-1, -1, -1], [drafted, drafted, drafted]);
    const random = unlucky();
    const outcome = recursiveRejection.verify(draft, new Array(4).fill(dense(0.5, 0.3, 0.2)), {
      draw: (weights, node) => random.draw(weights, node),
      accept(probability, node) {
        asked.push(probability);
        return random.accept(probability, node);
      },
    });
    expect(asked[0]).toBeCloseTo(0.5, 14);
    expect(asked.slice(1)).toEqual([0, 1]);
    expect(outcome).toMatchObject({ acceptedPath: [2] });
  });

  test.each([
    ['renormalised', dense(1 / 3, 0, 1 / 6, 1 / 2), 2 / 3],
    // A drafter that reports this is wrong, and the rule takes it as it is.
    ['stale', dense(0.2, 0.4, 0.1, 0.3), 1],
  ] as const)('does not renormalise what the drafter reports: %s', (_, second, expected) => {
    // By hand: (.3, .1, .2, .4) less (.2, .4, .1, .3) leaves a third for each of tokens 0, 2 and 3.
    const asked: number[] = [];
    const draft = tree([1, 3], [-1, -1], [dense(0.2, 0.4, 0.1, 0.3), second]);
    recursiveRejection.verify(draft, new Array(3).fill(dense(0.3, 0.1, 0.2, 0.4)), {
      draw: () => 0,
      accept(probability) {
        asked.push(probability);
        return false;
      },
    });
    expect(asked[0]).toBeCloseTo(0.25, 14);
    expect(asked[1]).toBeCloseTo(expected, 14);
  });
});

describe('a draft law that lies above the target by rounding, so that no residual mass is left', () => {
  const row = dense(0.5, 0.5);
  const above = dense(0.5000001, 0.5000001);

  test.each(['recursive-rejection', 'k-seq'])(
    '%s draws from the target, and tries no more siblings',
    (name) => {
      const drawn: number[][] = [];
      const draft = tree([0, 0, 1], [-1, 0, 0], [row, above, above]);
      const outcome = resolveRule(name).verify(draft, [row, row, row, row], {
        ...unlucky(drawn),
        accept: (_, node) => node === 0,
      });
      expect(outcome).toEqual({ acceptedPath: [0], nextToken: 0, nextTokenKind: 'correction' });
      expect(drawn).toEqual([[0.5, 0.5]]);
    },
  );

  test('after a sibling was refused, recursive rejection still draws what the target can give', () => {
    // The first refusal leaves token 1 alone, the second takes a little more than that.
    const drawn: number[][] = [];
    const draft = tree([0, 1, 1], [-1, -1, -1], [oneHot(0), dense(0, 1.0000001), dense(0, 1.0000001)]);
    let asked = 0;
    const outcome = recursiveRejection.verify(draft, new Array(4).fill(row), {
      ...unlucky(drawn),
      accept() {
        asked += 1;
        return false;
      },
    });
    expect(outcome).toMatchObject({ acceptedPath: [], nextTokenKind: 'correction' });
    expect(drawn).toEqual([[0.5, 0.5]]);
    expect(asked).toBe(2);
  });
});

describe('K-SEQ', () => {
  const rows: Distribution[] = new Array(3).fill(dense(0.25, 0.25, 0.5));
  const siblings = (left: Distribution, right: Distribution): Draft => tree([2, 2], [-1, -1], [left, right]);
  const sparse = { tokens: Int32Array.of(1, 2), probabilities: Float64Array.of(0.5, 0.5) };

  test.each([
    ['one distribution', siblings(sparse, sparse)],
    ['equal copies', siblings(dense(0, 0.5, 0.5), dense(0, 0.5, 0.5))],
    ['a dense and a sparse form', siblings(sparse, dense(0, 0.5, 0.5))],
  ])('takes siblings of %s', (_, draft) => {
    expect(() => kSeq.verify(draft, rows, unlucky())).not.toThrow();
  });

  test.each([
    ['another distribution', siblings(dense(0, 0.5, 0.5), dense(0.5, 0, 0.5))],
    ['a wider support', siblings(sparse, dense(0.25, 0.5, 0.5))],
    ['a narrower support', siblings(dense(0.25, 0.5, 0.5), sparse)],
    ['certain guesses', tree([1, 2], [-1, -1], [oneHot(1), oneHot(2)])],
  ])('refuses siblings of %s by name', (_, draft) => {
    expect(() => kSeq.verify(draft, rows, unlucky())).toThrow(InvalidDraftError);
    expect(() => kSeq.verify(draft, rows, unlucky())).toThrow(
      /^Node 1 of a draft by test: .*sibling, node 0.*recursive-rejection/,
    );
  });
});
