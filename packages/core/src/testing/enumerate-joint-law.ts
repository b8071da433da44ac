import type { Distribution } from '../contract/distribution.js';
import type { Draft } from '../contract/draft.js';
import type { VerificationRandom } from '../contract/verification-random.js';
import type { VerificationRule } from '../contract/verification-rule.js';

/** A language over a tiny vocabulary: the distribution of the next token after a history. */
export type TableLaw = (history: readonly number[]) => Distribution;

/** How a draft is made: which law its tokens are drawn from, and which law is reported for them. */
export interface EnumeratedDrafting {
  readonly drawn: TableLaw;
  /** Default: the law that was drawn from. Another one, or one that knows the token drawn, is what a faulty drafter does. */
  readonly reported?: (history: readonly number[], token: number) => Distribution;
  /** Most tokens of the round's draft; may depend on what was committed, and on the discarded drafts before. */
  readonly length: (committed: readonly number[], discarded: readonly number[]) => number;
  /** Asked after every drawn token: true ends the draft; `drop` also throws the token away (a faulty rule). */
  readonly stop?: (path: readonly number[], probability: number) => 'keep' | 'drop' | undefined;
}

/** One thing that can happen, with its probability. */
interface Branch<Value> {
  readonly probability: number;
  readonly value: Value;
}

/**
 * The exact joint law of the first `count` tokens that a rule emits, over several rounds: every draft, every
 * accept outcome and every draw of the shipped rule is followed, weighted with its probability. Keys are the
 * tokens joined by commas. Exponential in `count`: for vocabularies of 2 to 4 tokens and counts up to 5.
 */
export function enumerateJointLaw(
  rule: VerificationRule,
  target: TableLaw,
  drafting: EnumeratedDrafting,
  count: number,
): Map<string, number> {
  const law = new Map<string, number>();
  // States of equal past and equal next length have the same future, so they are followed as one.
  interface State {
    readonly committed: readonly number[];
    readonly length: number;
    probability: number;
  }
  const open = new Map<string, State>();
  const add = (committed: readonly number[], discarded: readonly number[], probability: number): void => {
    const length = committed.length >= count ? 0 : drafting.length(committed, discarded);
    const key = `${committed.join(',')}|${length}`;
    const known = open.get(key);
    if (known === undefined) open.set(key, { committed, length, probability });
    else known.probability += probability;
  };
  add([], [], 1);
  // Shortest first: every round makes a state longer, so a state is complete when its turn comes.
  for (let length = 0; length < count; length++) {
    for (const [key, state] of [...open].filter(([, { committed }]) => committed.length === length)) {
      open.delete(key);
      const { committed } = state;
      for (const { value: draft, probability: drawn } of drafts(committed, state.length, drafting)) {
        const rows = [-1, ...draft.tokens.keys()].map((node) =>
          target([...committed, ...draft.tokens.slice(0, node + 1)]),
        );
        for (const { value, probability: verified } of outcomes(rule, draft, rows)) {
          const accepted = value.acceptedPath.map((node) => draft.tokens[node] as number);
          const rest = draft.tokens.slice(accepted.length);
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
  drafting: EnumeratedDrafting,
): number {
  let expected = 0;
  for (const { value: draft, probability } of drafts([], drafting.length([], []), drafting)) {
    const rows = [-1, ...draft.tokens.keys()].map((node) => target(draft.tokens.slice(0, node + 1)));
    for (const branch of outcomes(rule, draft, rows)) {
      expected += probability * branch.probability * (branch.value.acceptedPath.length + 1);
    }
  }
  return expected;
}

function drafts(
  committed: readonly number[],
  length: number,
  { drawn, reported = drawn, stop }: EnumeratedDrafting,
): Branch<Draft>[] {
  const finished: Branch<readonly number[]>[] = [];
  const extend = (path: readonly number[], probability: number): void => {
    if (path.length === length) {
      finished.push({ probability, value: path });
      return;
    }
    for (const [token, share] of entries(drawn([...committed, ...path]))) {
      const longer = [...path, token];
      const decision = stop?.(longer, share);
      if (decision === undefined) extend(longer, probability * share);
      else finished.push({ probability: probability * share, value: decision === 'keep' ? longer : path });
    }
  };
  extend([], 1);
  return finished.map(({ probability, value }) => ({
    probability,
    value: {
      tokens: value,
      parents: value.map((_, node) => node - 1),
      distributions: value.map((token, node) => reported([...committed, ...value.slice(0, node)], token)),
      drafters: value.map(() => 'enumeration'),
    },
  }));
}

type Outcome = ReturnType<VerificationRule['verify']>;

/** Runs the rule once for every sequence of answers that its randomness can give. */
function outcomes(rule: VerificationRule, draft: Draft, rows: readonly Distribution[]): Branch<Outcome>[] {
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
    const value = rule.verify(draft, rows, random);
    found.push({ probability, value });
  }
  return found;
}

function entries({ tokens, probabilities }: Distribution): [token: number, probability: number][] {
  return Array.from(probabilities, (probability, index): [number, number] => [
    tokens === undefined ? index : (tokens[index] as number),
    probability,
  ]).filter(([, probability]) => probability > 0);
}
