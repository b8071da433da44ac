import { expect, test } from 'vitest';
import type { Distribution } from '../contract/distribution.js';
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
  await expect(compareGreedy(target, [], [0], [1])).rejects.toThrow(/at least one token/);
});
