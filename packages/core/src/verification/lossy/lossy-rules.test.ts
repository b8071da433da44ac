import { describe, expect, test } from 'vitest';
import type { Distribution } from '../../contract/distribution.js';
import type { Drafter } from '../../contract/drafter.js';
import { generateText } from '../../decoding/generate-text.js';
import { chainDraft } from '../../drafting/chain-draft.js';
import { createModelDrafter } from '../../drafting/model-drafter.js';
import { InvalidArgumentError } from '../../errors/invalid-argument-error.js';
import { oneHot } from '../../sampling/draw.js';
import {
  enumerateJointLaw,
  jointLaw,
  largestDifference,
  type TableLaw,
} from '../../testing/enumerate-joint-law.js';
import { randomTable, type TableKind } from '../../testing/random-table.js';
import { createTableModel } from '../../testing/table-model.js';
import { resolveRule, verificationRules } from '../rules.js';
import { createBigLittle, defaultBigLittle } from './big-little.js';
import type { LossyRule } from './lossy-rule.js';
import { lossyRules } from './lossy-rules.js';
import { createSpeculativeCascade, defaultSpeculativeCascade } from './speculative-cascade.js';
import { createTypicalAcceptance, defaultTypicalAcceptance } from './typical-acceptance.js';

// Proofs by enumeration: nothing is sampled, so nothing has a false-alarm probability. The tables' seeds are fixed.
const tolerance = 1e-12;
const count = 3;
const vocabularySize = 3;
const kinds: readonly TableKind[] = ['smooth', 'peaked', 'one-hot', 'truncated', 'ties'];
const infinity = Number.POSITIVE_INFINITY;

/** Every position is drafted: a round's draft reaches to the last token that is looked at. */
const drafted = (drawn: TableLaw) => ({
  drawn,
  length: (committed: readonly number[]) => count - committed.length,
});

/** Total variation of the joint law of `count` tokens from another language's. */
function distance(rule: LossyRule, target: TableLaw, drawn: TableLaw, from: TableLaw): number {
  const law = enumerateJointLaw(rule, target, drafted(drawn), count);
  const other = jointLaw(from, count);
  let sum = 0;
  for (const key of new Set([...law.keys(), ...other.keys()])) {
    sum += Math.abs((law.get(key) ?? 0) - (other.get(key) ?? 0));
  }
  return sum / 2;
}

const dense = (...probabilities: number[]): Distribution => ({
  tokens: undefined,
  probabilities: Float64Array.from(probabilities),
});

const unused = {
  accept(): boolean {
    throw new Error('This rule asks for no test.');
  },
  /** The only token of a one-hot row. */
  draw: ({ tokens }: Distribution): number => (tokens as Int32Array)[0] as number,
};

test('lossy rules are found by a name that says so, and are not among the exact ones', () => {
  for (const [name, rule] of lossyRules) {
    expect(name).toMatch(/^lossy-/);
    expect(rule.exact).toBe(false);
    expect(resolveRule(name)).toBe(rule);
    expect(verificationRules.has(name)).toBe(false);
  }
});

const settings: readonly (readonly [name: string, create: () => LossyRule])[] = [
  ['typical acceptance as it comes', () => createTypicalAcceptance(defaultTypicalAcceptance)],
  ['a cascade as it comes', () => createSpeculativeCascade(defaultSpeculativeCascade)],
  ['big-little decoding as it comes', () => createBigLittle(defaultBigLittle)],
  ['typical acceptance, strict', () => createTypicalAcceptance({ epsilon: 0.3, delta: 0.6 })],
  ['a cascade that defers late', () => createSpeculativeCascade({ alpha: 0.5 })],
  ['a cascade that defers early', () => createSpeculativeCascade({ alpha: -0.5 })],
  ['big-little decoding, strict', () => createBigLittle({ rollbackThreshold: 1 })],
];

// Made in the test, as a caller would: nothing is shared.
describe.each(settings)('%s', (_, create) => {
  test('says that it is not exact, by its name too', () => {
    const rule = create();
    expect(rule).toMatchObject({ exact: false, randomness: 'round' });
    expect(lossyRules.get(rule.name)?.trees).toBe(rule.trees);
  });

  test.each(kinds.flatMap((target) => kinds.map((draft) => ({ target, draft }))))(
    'emits the law that it states: target $target, draft $draft',
    ({ target: targetKind, draft: draftKind }) => {
      const rule = create();
      for (const seed of [1, 2]) {
        const target = randomTable(seed, vocabularySize, targetKind);
        const drawn = randomTable(100 + seed, vocabularySize, draftKind);
        const stated: TableLaw = (history) => rule.emittedLaw(target(history), drawn(history));
        const law = enumerateJointLaw(rule, target, drafted(drawn), count);
        expect(largestDifference(law, jointLaw(stated, count))).toBeLessThan(tolerance);
      }
    },
  );

  test('emits the law of the target where nothing is drafted', () => {
    const target = randomTable(3, vocabularySize, 'smooth');
    const drawn = randomTable(103, vocabularySize, 'smooth');
    const law = enumerateJointLaw(create(), target, { drawn, length: () => 0 }, count);
    expect(largestDifference(law, jointLaw(target, count))).toBeLessThan(tolerance);
  });

  test('does not keep the law of the target', () => {
    const target = randomTable(1, vocabularySize, 'smooth');
    const drawn = randomTable(101, vocabularySize, 'smooth');
    expect(distance(create(), target, drawn, target)).toBeGreaterThan(0.05);
  });
});

describe('at the limits of its parameters', () => {
  const target = randomTable(4, vocabularySize, 'smooth');
  const drawn = randomTable(104, vocabularySize, 'smooth');

  test.each([
    [
      'typical acceptance that no probability passes',
      () => createTypicalAcceptance({ epsilon: 1, delta: infinity }),
    ],
    ['a cascade that always defers', () => createSpeculativeCascade({ alpha: -infinity })],
    ['a rollback threshold of 0', () => createBigLittle({ rollbackThreshold: 0 })],
  ])('%s keeps the law of the target', (_, create) => {
    expect(distance(create(), target, drawn, target)).toBeLessThan(tolerance);
  });

  test.each([
    ['typical acceptance with epsilon 0', () => createTypicalAcceptance({ epsilon: 0, delta: infinity })],
    ['typical acceptance with delta 0', () => createTypicalAcceptance({ epsilon: 1, delta: 0 })],
    ['a cascade that never defers', () => createSpeculativeCascade({ alpha: infinity })],
    ['an infinite rollback threshold', () => createBigLittle({ rollbackThreshold: infinity })],
  ])('%s gives the law of the draft', (_, create) => {
    expect(distance(create(), target, drawn, drawn)).toBeLessThan(tolerance);
  });

  test.each([
    [
      'The epsilon of typical acceptance is at least 0, not -0.1.',
      () => createTypicalAcceptance({ epsilon: -0.1, delta: 0.3 }),
    ],
    [
      'The delta of typical acceptance is at least 0, not NaN.',
      () => createTypicalAcceptance({ epsilon: 0.1, delta: Number.NaN }),
    ],
    [
      'A speculative cascade needs a number for alpha, not NaN.',
      () => createSpeculativeCascade({ alpha: Number.NaN }),
    ],
    ['A rollback threshold is at least 0, not -1.', () => createBigLittle({ rollbackThreshold: -1 })],
  ])('a parameter that means nothing is refused: %s', (message, create) => {
    expect(create).toThrow(InvalidArgumentError);
    expect(create).toThrow(message);
  });
});

describe('typical acceptance', () => {
  const create = () => createTypicalAcceptance({ epsilon: 0.09, delta: 0.3 });

  test('keeps of a flat target what it rejects of a certain one', () => {
    const flat = dense(...new Array<number>(16).fill(1 / 16));
    const certain = dense(15 / 16, 1 / 16);
    // 1/16 against 0.3 / 16, and against min(0.09, 0.3 exp(-0.23)).
    expect(create().emittedLaw(flat, oneHot(1)).probabilities[1]).toBe(1);
    expect(create().emittedLaw(certain, oneHot(1)).probabilities[1]).toBe(1 / 16);
  });

  test('at temperature 0 it keeps what the target says, and nothing else', () => {
    const greedy = randomTable(5, vocabularySize, 'one-hot');
    const drawn = randomTable(105, vocabularySize, 'smooth');
    expect(distance(create(), greedy, drawn, greedy)).toBeLessThan(tolerance);
  });

  // Two branches of two tokens, 0 1 and 2 3, and a third child of the root, 4.
  const tree = {
    tokens: [0, 2, 4, 1, 3],
    parents: [-1, -1, -1, 0, 1],
    distributions: [0, 2, 4, 1, 3].map(oneHot),
    drafters: new Array<string>(5).fill('test'),
  };
  const root = dense(0.4, 0, 0.4, 0, 0.2);

  test('takes the longest path, not the first', () => {
    const rows = [root, dense(1, 0, 0, 0, 0), dense(0, 0, 0, 1, 0), oneHot(0), oneHot(0), oneHot(3)];
    const outcome = create().verify(tree, rows, unused);
    expect(outcome).toEqual({ acceptedPath: [1, 4], nextToken: 3, nextTokenKind: 'bonus' });
  });

  test('of paths of equal length takes the first, and corrects where its children fail', () => {
    const rows = [root, oneHot(4), oneHot(0), oneHot(0), oneHot(0), oneHot(0)];
    const outcome = create().verify(tree, rows, unused);
    expect(outcome).toEqual({ acceptedPath: [0], nextToken: 4, nextTokenKind: 'correction' });
  });

  test('a child of a token that failed is not reached', () => {
    const rows = [oneHot(3), oneHot(1), oneHot(3), oneHot(0), oneHot(0), oneHot(0)];
    const outcome = create().verify(tree, rows, unused);
    expect(outcome).toEqual({ acceptedPath: [], nextToken: 3, nextTokenKind: 'correction' });
  });

  test('a token as probable as the threshold fails, and so do the children of one that failed', () => {
    // 0.25 of an entropy of log 4: the threshold is min(epsilon, delta / 4).
    const flat = dense(0.25, 0.25, 0.25, 0.25);
    const chain = {
      tokens: [1, 2],
      parents: [-1, 0],
      distributions: [1, 2].map(oneHot),
      drafters: ['test', 'test'],
    };
    const last = [flat, flat, oneHot(3)];
    const random = { ...unused, draw: ({ tokens }: Distribution) => tokens?.[0] ?? 0 };
    const kept = (epsilon: number) =>
      createTypicalAcceptance({ epsilon, delta: infinity }).verify(chain, last, random).acceptedPath;
    expect(kept(0.25)).toEqual([]);
    expect(kept(0.249)).toEqual([0, 1]);
    const { probabilities } = createTypicalAcceptance({ epsilon: 0.25, delta: infinity }).emittedLaw(
      flat,
      oneHot(1),
    );
    expect([...probabilities]).toEqual([0.25, 0.25, 0.25, 0.25]);
    // Its first token fails, its second would pass.
    const failing = [oneHot(0), oneHot(2), oneHot(3)];
    expect(create().verify(chain, failing, random)).toMatchObject({ acceptedPath: [], nextToken: 0 });
  });
});

test('a cascade defers where the draft is less certain by more than alpha times the total variation', () => {
  const target = dense(0.7, 0.2, 0.1);
  const draft = dense(0.6, 0.3, 0.1);
  // Total variation 0.1; 0.6 < 0.7 - 0.1 alpha up to alpha = 1.
  expect(createSpeculativeCascade({ alpha: 0.99 }).emittedLaw(target, draft)).toBe(target);
  expect(createSpeculativeCascade({ alpha: 1.01 }).emittedLaw(target, draft)).toBe(draft);
  // As certain is certain enough, and one law defers to itself for no alpha.
  expect(createSpeculativeCascade({ alpha: 0 }).emittedLaw(dense(0.6, 0.4), dense(0.4, 0.6))).toEqual(
    dense(0.4, 0.6),
  );
  const same = dense(0.7, 0.2, 0.1);
  expect(createSpeculativeCascade({ alpha: -infinity }).emittedLaw(target, same)).toBe(same);
});

test('a cascade says where each token was drawn: after the one before it', () => {
  const asked: (readonly [string, number])[] = [];
  const random = {
    accept: (_: number, node: number) => {
      asked.push(['accept', node]);
      return node === 0;
    },
    draw: (_: Distribution, node: number) => {
      asked.push(['draw', node]);
      return 0;
    },
  };
  const [target, soft] = [dense(0.9, 0.1), dense(0.5, 0.5)];
  const chain = (length: number) => ({
    tokens: new Array<number>(length).fill(1),
    parents: Array.from({ length }, (_, node) => node - 1),
    distributions: new Array<Distribution>(length).fill(soft),
    drafters: new Array<string>(length).fill('test'),
  });
  const rule = createSpeculativeCascade({ alpha: 0 });
  expect(rule.verify(chain(2), [target, target, target], random)).toEqual({
    acceptedPath: [0],
    nextToken: 0,
    nextTokenKind: 'correction',
  });
  expect(asked.splice(0)).toEqual([
    ['accept', 0],
    ['accept', 1],
    ['draw', 0],
  ]);
  expect(rule.verify(chain(1), [target, target], random)).toMatchObject({ nextTokenKind: 'bonus' });
  expect(asked).toEqual([
    ['accept', 0],
    ['draw', 0],
  ]);
});

describe('big-little decoding', () => {
  const target = createTableModel({ law: randomTable(6, vocabularySize, 'smooth'), vocabularySize });
  const model = createTableModel({ law: randomTable(106, vocabularySize, 'smooth'), vocabularySize });
  const greedy = { prompt: [0], maximumTokens: 8, sampling: { temperature: 0 } };
  const decode = async (rollbackThreshold: number, draftLength: number): Promise<readonly number[]> => {
    const drafter = createModelDrafter({ model, target });
    const rule = createBigLittle({ rollbackThreshold });
    const { tokens } = await generateText({ ...greedy, target, drafter, draftLength, rule });
    await drafter.close();
    return tokens;
  };

  test('keeps a token to the threshold, and rolls back to the first beyond it', () => {
    const rule = createBigLittle({ rollbackThreshold: -Math.log(0.25) });
    const draft = {
      tokens: [0, 1, 0],
      parents: [-1, 0, 1],
      distributions: [0, 1, 0].map(oneHot),
      drafters: ['test', 'test', 'test'],
    };
    const rows = [dense(0.25, 0.75), { ...oneHot(0) }, dense(1, 0), oneHot(1)];
    const outcome = rule.verify(draft, rows, unused);
    expect(outcome).toEqual({ acceptedPath: [0], nextToken: 0, nextTokenKind: 'correction' });
    const nodes: number[] = [];
    const random = {
      ...unused,
      draw: (_: Distribution, node: number) => {
        nodes.push(node);
        return 1;
      },
    };
    const all = createBigLittle({ rollbackThreshold: infinity }).verify(draft, rows, random);
    expect(all).toEqual({ acceptedPath: [0, 1, 2], nextToken: 1, nextTokenKind: 'bonus' });
    rule.verify(draft, rows, random);
    const first = createBigLittle({ rollbackThreshold: 0 }).verify(
      draft,
      [dense(0.5, 0.5), ...rows.slice(1)],
      random,
    );
    expect(first).toEqual({ acceptedPath: [], nextToken: 1, nextTokenKind: 'correction' });
    expect(nodes).toEqual([2, 0, -1]);
  });

  test('with the threshold 0 writes the greedy text of the target, with an infinite one the draft', async () => {
    const { tokens: ofTarget } = await generateText({ ...greedy, target });
    const { tokens: ofDraft } = await generateText({ ...greedy, target: model });
    expect(ofTarget).not.toEqual(ofDraft);
    expect(await decode(0, 3)).toEqual(ofTarget);
    // The loop drafts one token less than are wanted: the last one is the target's.
    expect((await decode(infinity, 8)).slice(0, 7)).toEqual(ofDraft.slice(0, 7));
  });
});

test('a kept token that the target would never take is followed by what the target takes after it', async () => {
  const law = randomTable(3, vocabularySize, 'smooth');
  const target = createTableModel({ law, vocabularySize });
  const best = ({ probabilities }: Distribution): number => probabilities.indexOf(Math.max(...probabilities));
  const prompt = [0, 1];
  const guesses = [0, 1, 2].filter((token) => token !== best(law(prompt)));
  for (const guess of guesses) {
    const drafter: Drafter = {
      name: 'one guess',
      propose: async (_, { maximumTokens }) => {
        const tokens = [guess].slice(0, maximumTokens);
        return chainDraft('one guess', tokens, tokens.map(oneHot));
      },
      observe() {},
      async close() {},
    };
    const { tokens } = await generateText({
      target,
      drafter,
      prompt,
      draftLength: 1,
      maximumTokens: 2,
      sampling: { temperature: 0 },
      rule: createBigLittle({ rollbackThreshold: infinity }),
    });
    expect(tokens).toEqual([guess, best(law([...prompt, guess]))]);
  }
});
