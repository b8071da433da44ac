import { expect, test } from 'vitest';
import type { Distribution } from '../contract/distribution.js';
import type { ForwardRequest, ForwardResult } from '../contract/forward.js';
import { InvalidArgumentError } from '../errors/invalid-argument-error.js';
import { RowLogits } from '../sampling/row-logits.js';
import type { TableLaw } from '../testing/enumerate-joint-law.js';
import { createTableModel } from '../testing/table-model.js';
import { compareGreedy } from './compare-greedy.js';

const vocabularySize = 3;
const distribution = (...probabilities: number[]): Distribution => ({
  tokens: undefined,
  probabilities: Float64Array.from(probabilities),
});
const nearTie: TableLaw = () => distribution(0.4, 0.39, 0.21);

test('texts of which one begins the other do not differ', async () => {
  const target = createTableModel({ law: nearTie, vocabularySize });
  expect(await compareGreedy(target, [0], [1, 2, 0], [1, 2])).toBeUndefined();
  expect(await compareGreedy(target, [0], [], [])).toBeUndefined();
});

test('a difference that no rounding explains is of the state, with its place and gap', async () => {
  const target = createTableModel({ law: nearTie, vocabularySize });
  const difference = await compareGreedy(target, [0], [0, 0, 0], [0, 0, 1]);
  expect(difference).toMatchObject({ index: 2, tokens: [0, 1], passDistance: 0, cause: 'state' });
  expect(difference?.logitGap).toBeCloseTo(Math.log(0.4 / 0.39), 6);
});

test('rounding that the cache keeps from earlier passes explains a difference', async () => {
  // Was: only the last pass was read both ways, so what earlier one-token passes had left in the cache did not count.
  const exact = createTableModel({ law: nearTie, vocabularySize, maximumSequences: 2 });
  // As if early one-token passes had rounded a key the other way: seen only after the whole output was read so.
  const rounded = createTableModel({
    law: () => distribution(0.37, 0.42, 0.21),
    vocabularySize,
    maximumSequences: 2,
  });
  let narrowPasses = 0;
  const target: typeof exact = Object.assign(Object.create(exact) as typeof exact, {
    createSequence: () => {
      narrowPasses = 0;
      return exact.createSequence();
    },
    forward: async (...[requests, options]: Parameters<typeof exact.forward>) => {
      if (requests[0]?.tokens.length === 1) narrowPasses += 1;
      const results = await exact.forward(requests, options);
      if (narrowPasses < 4) return results;
      const sequence = rounded.createSequence();
      const other = await rounded.forward([{ sequence, tokens: [0], rows: 'last' }]);
      sequence.close();
      return other;
    },
  });
  const difference = await compareGreedy(target, [0], [0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 1]);
  expect(difference).toMatchObject({ index: 5, cause: 'numerics' });
});

test('what only tree passes round explains a difference where trees were drafted', async () => {
  const exact = createTableModel({ law: nearTie, vocabularySize, maximumSequences: 2 });
  const rounded = createTableModel({ law: () => distribution(0.37, 0.42, 0.21), vocabularySize });
  const target: typeof exact = Object.assign(Object.create(exact) as typeof exact, {
    createSequence: () => exact.createSequence(),
    forward: async (...[requests, options]: Parameters<typeof exact.forward>) => {
      const results = await exact.forward(requests, options);
      if (requests[0]?.parents === undefined) return results;
      const sequence = rounded.createSequence();
      const other = await rounded.forward([{ sequence, tokens: [0], rows: 'last' }]);
      sequence.close();
      return other;
    },
  });
  const texts = [
    [0, 0, 0, 0, 0, 0],
    [0, 0, 0, 0, 0, 1],
  ] as const;
  expect(await compareGreedy(target, [0], ...texts)).toMatchObject({ passDistance: 0, cause: 'state' });
  expect(await compareGreedy(target, [0], ...texts, { trees: true })).toMatchObject({ cause: 'numerics' });
  // Where nothing rounds, trees explain nothing.
  expect(await compareGreedy(exact, [0], ...texts, { trees: true })).toMatchObject({ cause: 'state' });
});

test('an empty prompt is named', async () => {
  const target = createTableModel({ law: nearTie, vocabularySize });
  const run = compareGreedy(target, [], [0], [1]);
  await expect(run).rejects.toThrow(InvalidArgumentError);
  await expect(run).rejects.toThrow('compareGreedy needs a prompt of at least one token.');
});

/** A model whose logits after passes of more than one token are moved by `rounding`, and the tokens of every pass. */
function roundingModel(rounding: readonly number[], contextLength = 32) {
  const target = createTableModel({ law: nearTie, vocabularySize, contextLength, maximumSequences: 1 });
  const passes: { readonly tokens: readonly number[]; readonly rows: unknown }[] = [];
  const forward = target.forward.bind(target);
  const row = new Float32Array(vocabularySize);
  Object.assign(target, {
    forward: async (...parameters: Parameters<typeof target.forward>) => {
      const { tokens, rows } = parameters[0][0] as ForwardRequest;
      passes.push({ tokens, rows });
      // The row of the pass before belongs to the model.
      row.fill(Number.NaN);
      const results = await forward(...parameters);
      if (rows === 'none') return results;
      const moved = tokens.length === 1 ? [0, 0, 0] : rounding;
      row.set((results[0] as ForwardResult).logits.read(0).map((logit, at) => logit + (moved[at] as number)));
      return [{ logits: new RowLogits([row], vocabularySize), hiddenStates: undefined }];
    },
  });
  return { target, passes };
}

const gap = Math.log(0.4 / 0.39);
test.each([
  // Each of the two logits may move by the distance: twice the distance explains a gap.
  ['as far as half the gap and more', [0.51 * gap, 0, 0], 0.51 * gap, 'numerics'],
  ['less far than half the gap', [0, -0.49 * gap, 0], 0.49 * gap, 'state'],
  ['at another token, in either direction', [0.1 * gap, 0, -0.6 * gap], 0.6 * gap, 'numerics'],
] as const)('logits that move %s', async (_, rounding, distance, cause) => {
  const { target } = roundingModel(rounding);
  const difference = await compareGreedy(target, [2, 0], [1, 0, 1, 1], [1, 0, 0]);
  expect(difference).toMatchObject({ index: 2, tokens: [1, 0], cause });
  expect(difference?.logitGap).toBeCloseTo(gap, 6);
  expect(difference?.passDistance).toBeCloseTo(distance, 6);
  // Both of its sequences are closed: the model has one.
  target.createSequence().close();
});

test('two tokens of equal logits differ by numerics: nothing separates them', async () => {
  const target = createTableModel({ law: () => distribution(0.4, 0.4, 0.2), vocabularySize });
  const expected = { index: 0, logitGap: 0, passDistance: 0, cause: 'numerics' };
  expect(await compareGreedy(target, [0], [0], [1])).toMatchObject(expected);
});

test('the prompt is read alone, the output in passes of one token and of eight, filled up with what followed', async () => {
  const { target, passes } = roundingModel([0, 0, 0]);
  const first = [0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2];
  await compareGreedy(target, [2, 1, 0], first, [...first.slice(0, 9), 1]);
  const single = [0, ...first.slice(0, 9)].map((token, at) => ({
    tokens: [token],
    rows: at === 9 ? [0] : 'none',
  }));
  const prompt = { tokens: [2, 1], rows: 'none' };
  expect(passes).toEqual([
    prompt,
    ...single,
    prompt,
    { tokens: [0, ...first.slice(0, 7)], rows: 'none' },
    { tokens: first.slice(7), rows: [1] },
  ]);
});

test('a prompt of one token takes no pass of its own, and no pass goes beyond the context', async () => {
  const { target, passes } = roundingModel([0, 0, 0], 6);
  const first = [0, 1, 2, 0, 1, 2];
  expect(await compareGreedy(target, [2], first, [0, 1, 0])).toMatchObject({ index: 2, cause: 'state' });
  expect(passes.map(({ tokens }) => tokens)).toEqual([[2], [0], [1], [2, 0, 1, 2, 0, 1]]);
});

test('the whole context may be prompt and output', async () => {
  const { target, passes } = roundingModel([0, 0, 0], 4);
  expect(await compareGreedy(target, [2, 2], [0, 1, 2], [0, 1, 1])).toMatchObject({ index: 2 });
  expect(passes.at(-1)).toEqual({ tokens: [2, 0, 1], rows: [2] });
});

test.each([
  [16, [4, 9, 7]],
  [9, [4, 9, 7]],
  [8, [4, 7]],
  [6, [4]],
  [4, [4]],
  [3, []],
])(
  'a target that takes %i leaves reads trees of %j, with siblings beside all but the first',
  async (most, expected) => {
    const target = createTableModel({
      law: () => distribution(0.3, 0.25, 0.2, 0.15, 0.1),
      vocabularySize: 5,
    });
    const forward = target.forward.bind(target);
    const leaves: number[] = [];
    Object.assign(target, {
      capabilities: { ...target.capabilities, maximumLeaves: most },
      forward: (...parameters: Parameters<typeof target.forward>) => {
        const { parents } = parameters[0][0] as ForwardRequest;
        if (parents !== undefined) {
          leaves.push([...parents.keys()].filter((node) => !parents.includes(node)).length);
          expect(parents.filter((parent) => parent < 0)).toHaveLength(1);
        }
        return forward(...parameters);
      },
    });
    const shared = [0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1];
    const difference = await compareGreedy(target, [0], [...shared, 0], [...shared, 1], { trees: true });
    expect(difference).toMatchObject({ index: shared.length, passDistance: 0 });
    // The last pass of a reading may be smaller.
    expect([...new Set(leaves.filter((count) => expected.includes(count)))]).toEqual(expected);
    expect(Math.max(0, ...leaves)).toBe(Math.max(0, ...expected));
  },
);
