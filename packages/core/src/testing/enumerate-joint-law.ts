import type { Distribution } from '../contract/distribution.js';
import type { Draft } from '../contract/draft.js';
import type { VerificationRandom } from '../contract/verification-random.js';
import type { VerificationRule } from '../contract/verification-rule.js';
import { pathTokens } from '../decoding/draft-shape.js';
import {
  type Branch,
  type EnumeratedDrafting,
  type EnumeratedGrowth,
  type EnumeratedTrees,
  entries,
  type PlannedDraft,
  planDraft,
  type TableLaw,
} from './enumerate-drafts.js';

export type { EnumeratedDrafting, EnumeratedGrowth, EnumeratedTrees, TableLaw } from './enumerate-drafts.js';

/**
 * The exact joint law of the first `count` tokens that a rule emits, over several rounds: every draft, every
 * accept outcome and every draw of the shipped rule is followed, weighted with its probability. Keys are the
 * tokens joined by commas. Exponential in `count`: for vocabularies of 2 to 4 tokens and counts up to 5.
 */
export function enumerateJointLaw(
  rule: VerificationRule,
  target: TableLaw,
  drafting: EnumeratedDrafting | EnumeratedTrees | EnumeratedGrowth,
  count: number,
): Map<string, number> {
  const law = new Map<string, number>();
  // States of equal past and equal next plan have the same future, so they are followed as one.
  interface State {
    readonly committed: readonly number[];
    readonly plan: PlannedDraft | undefined;
    probability: number;
  }
  const open = new Map<string, State>();
  const add = (committed: readonly number[], discarded: readonly number[], probability: number): void => {
    const plan = committed.length >= count ? undefined : planDraft(drafting, committed, discarded);
    const key = `${committed.join(',')}|${plan?.key}`;
    const known = open.get(key);
    if (known === undefined) open.set(key, { committed, plan, probability });
    else known.probability += probability;
  };
  add([], [], 1);
  // Shortest first: every round makes a state longer, so a state is complete when its turn comes.
  for (let length = 0; length < count; length++) {
    for (const [key, state] of [...open].filter(([, { committed }]) => committed.length === length)) {
      open.delete(key);
      const { committed, plan } = state;
      for (const { value: draft, probability: drawn } of plan?.drafts(committed) ?? []) {
        for (const { value, probability: verified } of outcomes(
          rule,
          draft,
          rows(target, committed, draft),
        )) {
          const accepted = value.acceptedPath.map((node) => draft.tokens[node] as number);
          const rest = draft.tokens.filter((_, node) => !value.acceptedPath.includes(node));
          add([...committed, ...accepted, value.nextToken], rest, state.probability * drawn * verified);
        }
      }
    }
  }
  for (const { committed, probability } of open.values()) {
    const key = committed.slice(0, count).join(',');
    law.set(key, (law.get(key) ?? 0) + probability);
  }
  return law;
}

/** The joint law of `count` tokens of a language itself. */
export function jointLaw(target: TableLaw, count: number): Map<string, number> {
  let law: Branch<readonly number[]>[] = [{ probability: 1, value: [] }];
  for (let step = 0; step < count; step++) {
    law = law.flatMap(({ probability, value }) =>
      entries(target(value)).map(([token, next]) => ({
        probability: probability * next,
        value: [...value, token],
      })),
    );
  }
  return new Map(law.map(({ probability, value }) => [value.join(','), probability]));
}

/** Largest difference of any sequence's probability between two laws. */
export function largestDifference(
  left: ReadonlyMap<string, number>,
  right: ReadonlyMap<string, number>,
): number {
  let largest = 0;
  for (const key of new Set([...left.keys(), ...right.keys()])) {
    largest = Math.max(largest, Math.abs((left.get(key) ?? 0) - (right.get(key) ?? 0)));
  }
  return largest;
}

/** Expected committed tokens of one round. */
export function expectedCommitted(
  rule: VerificationRule,
  target: TableLaw,
  drafting: EnumeratedDrafting | EnumeratedTrees | EnumeratedGrowth,
): number {
  let expected = 0;
  for (const { value: draft, probability } of planDraft(drafting, [], []).drafts([])) {
    for (const branch of outcomes(rule, draft, rows(target, [], draft))) {
      expected += probability * branch.probability * (branch.value.acceptedPath.length + 1);
    }
  }
  return expected;
}

/** The target's distributions after the committed tokens and after every node, [nodes + 1]. */
function rows(target: TableLaw, committed: readonly number[], draft: Draft): Distribution[] {
  return [-1, ...draft.tokens.keys()].map((node) => target([...committed, ...pathTokens(draft, node)]));
}

type Outcome = ReturnType<VerificationRule['verify']>;

/** Runs the rule once for every sequence of answers that its randomness can give. */
function outcomes(
  rule: VerificationRule,
  draft: Draft,
  targetRows: readonly Distribution[],
): Branch<Outcome>[] {
  const found: Branch<Outcome>[] = [];
  const pending: number[][] = [[]];
  for (let answers = pending.pop(); answers !== undefined; answers = pending.pop()) {
    let probability = 1;
    let asked = 0;
    const choose = (shares: readonly number[]): number => {
      const given = answers[asked];
      if (given === undefined) {
        // A question that no run has answered yet: this run takes the first answer, later runs the others.
        const first = shares.findIndex((share) => share > 0);
        for (let other = first + 1; other < shares.length; other++) {
          if ((shares[other] as number) > 0) pending.push([...answers, other]);
        }
        answers.push(first);
      }
      const choice = answers[asked] as number;
      asked += 1;
      probability *= shares[choice] as number;
      return choice;
    };
    const random: VerificationRandom = {
      accept: (chance) => {
        const bounded = Math.min(1, Math.max(0, chance));
        return choose([bounded, 1 - bounded]) === 0;
      },
      draw: ({ tokens, probabilities }) => {
        const total = probabilities.reduce((sum, weight) => sum + weight, 0);
        const choice = choose(Array.from(probabilities, (weight) => weight / total));
        return tokens === undefined ? choice : (tokens[choice] as number);
      },
    };
    const value = rule.verify(draft, targetRows, random);
    found.push({ probability, value });
  }
  return found;
}
