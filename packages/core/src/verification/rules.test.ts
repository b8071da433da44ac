import { describe, expect, test } from 'vitest';
import type { Distribution } from '../contract/distribution.js';
import type { Draft } from '../contract/draft.js';
import { InvalidArgumentError } from '../errors/invalid-argument-error.js';
import { oneHot } from '../sampling/draw.js';
import { resolveRule, verificationRules } from './rules.js';
import { sampleMatch } from './sample-match.js';

test('a rule is found by its name, or is itself', () => {
  for (const [name, rule] of verificationRules) {
    expect(resolveRule(name)).toBe(rule);
    expect(rule.exact).toBe(true);
  }
  const own = { ...sampleMatch, name: 'own' };
  expect(resolveRule(own)).toBe(own);
});

test('an unknown name is refused with the names there are', () => {
  expect(() => resolveRule('typical')).toThrow(InvalidArgumentError);
  expect(() => resolveRule('typical')).toThrow(/"typical".*tokenwise, block, sample-match/);
  expect(() => resolveRule('typical')).toThrow(
    /; not exact are lossy-typical-acceptance, lossy-speculative-cascade, lossy-big-little\.$/,
  );
});

/** Draws the only token of a one-hot row, takes a test of any positive probability, and notes both. */
function noted() {
  const tests: [number, number][] = [];
  const draws: number[] = [];
  return {
    tests,
    draws,
    accept(probability: number, node: number): boolean {
      tests.push([probability, node]);
      return probability > 0;
    },
    draw({ tokens, probabilities }: Distribution, node: number): number {
      draws.push(node);
      const index = probabilities.findIndex((probability) => probability > 0);
      return tokens?.[index] ?? index;
    },
  };
}

const chain = (...tokens: number[]): Draft => ({
  tokens,
  parents: tokens.map((_, node) => node - 1),
  distributions: tokens.map(oneHot),
  drafters: tokens.map(() => 'test'),
});

describe.each([...verificationRules.values()])('greedy drafts under $name', (rule) => {
  const rows = [5, 6, 7].map(oneHot);

  test('all right: all kept, then the bonus', () => {
    const outcome = rule.verify(chain(5, 6), rows, noted());
    expect(outcome).toEqual({ acceptedPath: [0, 1], nextToken: 7, nextTokenKind: 'bonus' });
  });

  test.each([
    [[5, 9], { acceptedPath: [0], nextToken: 6, nextTokenKind: 'correction' }],
    [[9, 6], { acceptedPath: [], nextToken: 5, nextTokenKind: 'correction' }],
  ])('%j: kept up to the mistake, which is corrected', (tokens, expected) => {
    expect(rule.verify(chain(...tokens), rows, noted())).toEqual(expected);
  });

  test('nothing drafted: the target speaks', () => {
    const outcome = rule.verify(chain(), [oneHot(5)], noted());
    expect(outcome).toEqual({ acceptedPath: [], nextToken: 5, nextTokenKind: 'bonus' });
  });

  test('the last draw belongs to the last kept node', () => {
    for (const tokens of [[5, 6], [5, 9], [9, 6], []]) {
      const random = noted();
      const { acceptedPath } = rule.verify(chain(...tokens), rows, random);
      expect(random.draws.at(-1)).toBe(acceptedPath.at(-1) ?? -1);
    }
  });

  test('acceptance probabilities lie in [0, 1] and belong to nodes of the draft', () => {
    const random = noted();
    rule.verify(chain(5, 9), rows, random);
    for (const [probability, node] of random.tests) {
      expect(probability >= 0 && probability <= 1).toBe(true);
      expect([0, 1]).toContain(node);
    }
  });
});

describe('sample-match on a tree', () => {
  // The root's children are nodes 0 and 1, both followed by token 6.
  const tree: Draft = { ...chain(5, 8, 6, 6), parents: [-1, -1, 0, 1] };

  test('follows the branch that the target takes', () => {
    const rows = [8, 1, 6, 1, 4].map(oneHot);
    const outcome = sampleMatch.verify(tree, rows, noted());
    expect(outcome).toEqual({ acceptedPath: [1, 3], nextToken: 4, nextTokenKind: 'bonus' });
  });

  test('a token that only another branch has is a correction', () => {
    const rows = [8, 1, 5, 1, 4].map(oneHot);
    const outcome = sampleMatch.verify(tree, rows, noted());
    expect(outcome).toEqual({ acceptedPath: [1], nextToken: 5, nextTokenKind: 'correction' });
  });
});

describe('a draft law that lies above the target by rounding, so that no residual mass is left', () => {
  const row: Distribution = { tokens: undefined, probabilities: Float64Array.of(0.5, 0.5) };
  const above: Distribution = { tokens: undefined, probabilities: Float64Array.of(0.5000001, 0.5000001) };
  const draft: Draft = { ...chain(0, 0), distributions: [row, above] };

  test.each(['tokenwise', 'block'])('%s keeps what agrees and draws from the target', (name) => {
    const drawn: number[][] = [];
    const outcome = resolveRule(name).verify(draft, [row, row, row], {
      accept: (probability) => probability >= 1,
      draw: ({ probabilities }) => {
        drawn.push([...probabilities]);
        return 1;
      },
    });
    expect(outcome).toEqual({ acceptedPath: [0], nextToken: 1, nextTokenKind: 'correction' });
    expect(drawn).toEqual([[0.5, 0.5]]);
  });
});
