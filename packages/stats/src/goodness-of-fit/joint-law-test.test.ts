import { describe, expect, test } from 'vitest';
import { chiSquareTest, countSequences, jointLawTest, sequenceKey, StatisticsError } from '../index.js';
import type { RandomSource } from '../random/random-source.js';
import { drawCell } from '../testing/draw-counts.js';
import { expectUniform } from '../testing/expect-uniform.js';
import { falseAlarmBudget } from '../testing/false-alarm-budget.js';
import { zipfLaw } from '../testing/laws.js';
import { seededRandom } from '../testing/seeded-random.js';

const first = zipfLaw(4);
const matching = 0.3;

/** The second token repeats the first with the given chance, else it is drawn anew: the marginals stay the same. */
function law(repeat: number): Map<string, number> {
  return new Map(
    first.flatMap((before, token) =>
      first.map((after, next): [string, number] => [
        sequenceKey([token, next]),
        before * ((1 - repeat) * after + (token === next ? repeat : 0)),
      ]),
    ),
  );
}

function draw(count: number, repeat: number, random: RandomSource): number[][] {
  return Array.from({ length: count }, () => {
    const token = drawCell(first, random);
    return [token, random() < repeat ? token : drawCell(first, random)];
  });
}

test('sequences are counted by their tokens joined by commas', () => {
  const counts = countSequences([[1, 2], new Int32Array([1, 2]), [12, 3]]);
  expect(counts).toEqual(
    new Map([
      ['1,2', 2],
      ['12,3', 1],
    ]),
  );
});

describe.each(['chi-square', 'g'] as const)('%s', (statistic) => {
  test('p-values are uniform under the joint law', () => {
    const random = seededRandom(1);
    const values = Array.from({ length: 400 }, () => {
      const counts = countSequences(draw(1_500, matching, random));
      return jointLawTest(counts, law(matching), { statistic, minimumExpected: 20 }).pValue;
    });
    expectUniform(values);
  });

  test('wrong dependence with right marginals is found, and marginal tests do not see it', () => {
    const random = seededRandom(2);
    const sequences = draw(5_000, 0, random);
    const counts = countSequences(sequences);
    expect(jointLawTest(counts, law(matching), { statistic }).pValue).toBeLessThan(1e-20);
    for (const position of [0, 1]) {
      const marginal = first.map(
        (_, token) => sequences.filter((tokens) => tokens[position] === token).length,
      );
      expect(chiSquareTest(marginal, first).pValue).toBeGreaterThan(
        falseAlarmBudget.alphaOf('equal laws are not told apart'),
      );
    }
  });
});

test('cells carry the keys of their sequences, and impossible ones are named', () => {
  const observed = new Map([
    ['0', 60],
    ['1', 40],
    ['7', 2],
    ['8', 0],
  ]);
  const result = jointLawTest(
    observed,
    new Map([
      ['1', 0.35],
      ['0', 0.6],
      ['2', 0.03],
      ['3', 0.02],
    ]),
  );
  expect(result).toMatchObject({ pValue: 0, statistic: Infinity, impossible: [{ key: '7', observed: 2 }] });
  expect(result.cells.map(({ members }) => members)).toEqual([['0'], ['1'], ['2', '3']]);
  expect(result.pooledProbability).toBeCloseTo(0.05, 12);
});

test('a law of likely sequences leaves one cell for all others', () => {
  const likely = new Map([
    ['0', 0.6],
    ['1', 0.3],
  ]);
  const counts = new Map([
    ['0', 61],
    ['1', 28],
    ['2', 7],
    ['3', 4],
  ]);
  const result = jointLawTest(counts, likely, { unlisted: 'cell' });
  expect(result.impossible).toEqual([]);
  expect(result.cells.map(({ members, observed }) => [members, observed])).toEqual([
    [['0'], 61],
    [['1'], 28],
    [['unlisted'], 11],
  ]);
  expect(result.statistic).toBeCloseTo(1 / 60 + 4 / 30 + 1 / 10, 12);
  // Nothing is left for others where the listed ones sum to 1.
  const complete = new Map([
    ['0', 0.4],
    ['1', 0.6],
  ]);
  expect(jointLawTest(counts, complete, { unlisted: 'cell' })).toMatchObject({
    pValue: 0,
    impossible: [{ key: 'unlisted', observed: 11 }],
  });
});

test.each<[string, () => unknown]>([
  ['law', () => jointLawTest(new Map([['0', 1]]), new Map([['0', 0.7]]))],
  ['law', () => jointLawTest(new Map([['0', 1]]), new Map([['0', 1.2]]), { unlisted: 'cell' })],
  ['law', () => jointLawTest(new Map([['0', 1]]), new Map())],
  [
    'law',
    () =>
      jointLawTest(
        new Map([['0', 1]]),
        new Map([
          ['0', -0.1],
          ['1', 1.1],
        ]),
      ),
  ],
  ['counts', () => jointLawTest(new Map([['0', -1]]), law(0))],
  ['counts', () => jointLawTest(new Map([['0', 0]]), law(0))],
  ['counts', () => jointLawTest(new Map(), law(0))],
  ['unlisted', () => jointLawTest(new Map([['0', 1]]), law(0), { unlisted: 'drop' as 'cell' })],
  ['sequences', () => countSequences([])],
  ['sequences', () => countSequences([[]])],
  ['sequences', () => countSequences([[1], [1, 2]])],
  ['sequences', () => countSequences([[1.5]])],
])('bad input is refused by name: %s', (argument, call) => {
  expect(call).toThrow(StatisticsError);
  expect(call).toThrow(expect.objectContaining({ argument }));
});
