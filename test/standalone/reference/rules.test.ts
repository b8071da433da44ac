import {
  type Distribution,
  type Draft,
  type VerificationOutcome,
  type VerificationRandom,
  type VerificationRule,
  validateDraft,
  verificationRules,
} from '@foretoken/core';
import { describe, expect, test } from 'vitest';
import { readFixture } from './read-fixture.js';

interface Case {
  readonly tokens: readonly number[];
  readonly draft: readonly (readonly number[])[];
  readonly target: readonly (readonly number[])[];
  readonly accepts: readonly number[];
  readonly draws: readonly number[];
  readonly tokenwise: Outcome;
  readonly block: Outcome;
  readonly 'sample-match': Outcome;
}

/** Accepted tokens, next token. */
type Outcome = readonly [number, number];

interface TreeCase extends Pick<Case, 'tokens' | 'draft' | 'target' | 'accepts' | 'draws'> {
  readonly parents: readonly number[];
  /** Accepted nodes, next token. */
  readonly outcome: readonly [readonly number[], number];
}

const rules = ['tokenwise', 'block', 'sample-match'] as const;

const { cases } = await readFixture<{ cases: readonly Case[] }>('chain-outcomes.json');

test.each(rules)('%s decides as the oracle does, for given drafts, probabilities and uniforms', (name) => {
  const rule = verificationRules.get(name) as VerificationRule;
  const differing = cases.filter((item) => !sameOutcome(item, rule, dense, item[name]));
  expect(cases.length).toBe(2000);
  expect(differing).toEqual([]);
});

test.each(rules)('%s decides alike from sparse distributions', (name) => {
  const rule = verificationRules.get(name) as VerificationRule;
  expect(cases.filter((item) => !sameOutcome(item, rule, sparse, item[name]))).toEqual([]);
});

test('the cases tell the rules apart', () => {
  // Chosen at random, so the outcomes of two rules must differ in many of them.
  const apart = (left: (typeof rules)[number], right: (typeof rules)[number]): number =>
    cases.filter((item) => item[left].join() !== item[right].join()).length;
  expect(apart('tokenwise', 'block')).toBeGreaterThan(30);
  expect(apart('tokenwise', 'sample-match')).toBeGreaterThan(300);
  expect(apart('block', 'sample-match')).toBeGreaterThan(300);
});

describe.each(['recursive-rejection', 'traversal', 'k-seq'])('%s on trees', async (name) => {
  const rule = verificationRules.get(name) as VerificationRule;
  const { cases: trees } = await readFixture<{ cases: readonly TreeCase[] }>(`${name}-outcomes.json`);

  test.each([
    ['dense', dense],
    ['sparse', sparse],
  ])('decides as the oracle does, from %s distributions', (_, form) => {
    const differing = trees.filter((item) => {
      const { parents, outcome } = item;
      const { acceptedPath, nextToken, nextTokenKind } = verifyTree(rule, form, item);
      const isLeaf = !parents.includes(outcome[0].at(-1) ?? -1);
      return (
        acceptedPath.join() !== outcome[0].join() ||
        nextToken !== outcome[1] ||
        (nextTokenKind === 'bonus') !== isLeaf
      );
    });
    expect(trees.length).toBe(2000);
    expect(differing).toEqual([]);
  });

  test('the cases reach every branch', () => {
    // Chosen at random: siblings after the first are accepted, and trees end in corrections, in many of them.
    const later = trees.filter(({ parents, outcome }) =>
      outcome[0].some((node) => parents.indexOf(parents[node] as number) < node),
    );
    expect(later.length).toBeGreaterThan(100);
    const corrected = trees.filter(({ parents, outcome }) => parents.includes(outcome[0].at(-1) ?? -1));
    expect(corrected.length).toBeGreaterThan(100);
  });
});

function sameOutcome(
  item: Case,
  rule: VerificationRule,
  form: (weights: readonly number[]) => Distribution,
  [accepted, nextToken]: Outcome,
): boolean {
  const parents = item.tokens.map((_, node) => node - 1);
  const outcome = verifyTree(rule, form, { ...item, parents });
  return (
    outcome.acceptedPath.join() === [...item.tokens.keys()].slice(0, accepted).join() &&
    outcome.nextToken === nextToken &&
    (outcome.nextTokenKind === 'bonus') === (accepted === item.tokens.length)
  );
}

function verifyTree(
  rule: VerificationRule,
  form: (weights: readonly number[]) => Distribution,
  item: Omit<TreeCase, 'outcome'>,
): VerificationOutcome {
  const { tokens, parents, draft: rows, target, accepts, draws } = item;
  const draft: Draft = {
    tokens,
    parents,
    distributions: rows.map(form),
    drafters: tokens.map(() => 'fixture'),
  };
  validateDraft(draft, target[0]?.length as number);
  return rule.verify(draft, target.map(form), givenUniforms(accepts, draws));
}

/** Decisions as the fixture defines them: accept below the probability, draw by inverse cdf over ascending ids. */
function givenUniforms(accepts: readonly number[], draws: readonly number[]): VerificationRandom {
  const uniform = (numerators: readonly number[], index: number): number =>
    (numerators[index] as number) / 2 ** 33;
  return {
    accept: (probability, node) => uniform(accepts, node) < probability,
    draw(weights, node) {
      const goal =
        uniform(draws, node + 1) * weights.probabilities.reduce((total, weight) => total + weight, 0);
      let reached = 0;
      const index = weights.probabilities.findIndex((weight) => {
        reached += weight;
        return reached > goal;
      });
      return weights.tokens === undefined ? index : (weights.tokens[index] as number);
    },
  };
}

function dense(weights: readonly number[]): Distribution {
  const mass = weights.reduce((total, weight) => total + weight, 0);
  return { tokens: undefined, probabilities: Float64Array.from(weights, (weight) => weight / mass) };
}

function sparse(weights: readonly number[]): Distribution {
  const { probabilities } = dense(weights);
  const tokens = [...weights.keys()].filter((token) => (weights[token] as number) > 0);
  return {
    tokens: Int32Array.from(tokens),
    probabilities: Float64Array.from(tokens, (token) => probabilities[token] as number),
  };
}
