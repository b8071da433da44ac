import { describe, expect, test } from 'vitest';
import { expectRefusal } from '../testing/expect-refusal.js';
import { falseAlarmBudget, fewestHits, mostHits } from '../testing/false-alarm-budget.js';
import { randomOfEachTest } from '../testing/random-of-each-test.js';
import { seededRandom } from '../testing/seeded-random.js';
import { hammingKernel } from './hamming-kernel.js';
import { kernelTwoSampleTest } from './kernel-two-sample-test.js';
import { permutationTest } from './permutation-test.js';
import { spectrumKernel } from './spectrum-kernel.js';

const random = randomOfEachTest(11);

/** Sequences over 4 tokens in which a token is repeated with the given chance. */
function sequence(length: number, repeat: number): number[] {
  const tokens = [Math.floor(4 * random())];
  while (tokens.length < length) {
    tokens.push(random() < repeat ? (tokens.at(-1) as number) : Math.floor(4 * random()));
  }
  return tokens;
}
const sample = (count: number, repeat: number): number[][] =>
  Array.from({ length: count }, () => sequence(6, repeat));

const letters = ['a', 'é', '😀', 'z'];
const text = (tokens: readonly number[]): string => tokens.map((token) => letters[token]).join('');

const mean = (items: readonly number[]): number => items.reduce((sum, item) => sum + item, 0) / items.length;
const differenceOfMeans = (first: readonly number[], second: readonly number[]): number =>
  Math.abs(mean(first) - mean(second));

describe('permutation test', () => {
  test('by hand: {1, 2} against {3, 4} is matched by 2 of 6 assignments', () => {
    const { statistic, pValue } = permutationTest([1, 2], [3, 4], differenceOfMeans, {
      random,
      permutations: 6000,
    });
    expect(statistic).toBe(2);
    expect(pValue * 6001).toBeLessThanOrEqual(1 + mostHits('a share of shuffles', 6000, 1 / 3));
    expect(pValue * 6001).toBeGreaterThanOrEqual(1 + fewestHits('a share of shuffles', 6000, 1 / 3));
  });

  test('p-values are valid under the null and never 0', () => {
    let rejections = 0;
    for (let run = 0; run < 1000; run++) {
      const items = Array.from({ length: 12 }, () => random() ** 3);
      const { pValue } = permutationTest(items.slice(0, 5), items.slice(5), differenceOfMeans, {
        random,
        permutations: 99,
      });
      expect(pValue).toBeGreaterThanOrEqual(0.01);
      if (pValue <= 0.05) rejections++;
    }
    expect(rejections).toBeLessThanOrEqual(mostHits('level of a test', 1000, 0.05));
  });

  test('a difference is found', () => {
    const first = Array.from({ length: 40 }, () => random());
    const second = Array.from({ length: 40 }, () => random() + 0.5);
    expect(permutationTest(first, second, differenceOfMeans, { random }).pValue).toBe(0.001);
  });
});

test('a statistic that no shuffle changes, but for rounding at its own size, gives p = 1', () => {
  const own = seededRandom(5);
  const [first, second] = [
    [0.1, 0.7, 1e6 + 0.3],
    [0.2, 1e6 / 3, 0.9],
  ];
  const sum = (one: readonly number[], other: readonly number[]): number =>
    [...one, ...other].reduce((total, item) => total + item, 0);
  expect(permutationTest(first, second, sum, { random: own }).pValue).toBe(1);
  expect(permutationTest(first, second, () => 0, { random: own }).pValue).toBe(1);
});

describe('kernels', () => {
  test('hamming counts differing positions, missing ones included', () => {
    const gram = hammingKernel({ rate: 0.5 }).gram([
      [1, 2, 3],
      [1, 9],
      [1, 2, 3],
    ]);
    expect([...gram]).toEqual([1, Math.exp(-1), 1, Math.exp(-1), 1, Math.exp(-1), 1, Math.exp(-1), 1]);
  });

  test('spectrum by hand: "abab" and "abb" share two a-b and b', () => {
    const kernel = spectrumKernel({ orders: [1, 2], normalise: false });
    // abab: a 2, b 2, ab 2, ba 1. abb: a 1, b 2, ab 1, bb 1.
    expect([...kernel.gram(['abab', 'abb'])]).toEqual([4 + 4 + 4 + 1, 2 + 4 + 2, 2 + 4 + 2, 1 + 4 + 1 + 1]);
  });

  test('spectrum of text counts code points, of tokens numbers, and an empty item is like nothing', () => {
    const kernel = spectrumKernel({ orders: [1] });
    expect([...kernel.gram(['😀', '😁'])]).toEqual([1, 0, 0, 1]);
    expect([
      ...kernel.gram([
        [1, 23],
        [12, 3],
      ]),
    ]).toEqual([1, 0, 0, 1].map((value) => expect.closeTo(value, 12)));
    expect([...kernel.gram(['', 'a'])]).toEqual([0, 0, 0, 1]);
  });

  test('bad options are refused', () => {
    expectRefusal(() => hammingKernel({ rate: 0 }), 'out-of-range', 'rate');
    expectRefusal(() => spectrumKernel({ orders: [] }), 'empty', 'orders', { message: /orders is empty/ });
    expectRefusal(() => spectrumKernel({ orders: [1, 0] }), 'out-of-range', 'orders[1]');
  });

  test('kernels carry a name and are at their defaults what they are with the defaults given', () => {
    const items = [[1, 2, 3, 4, 1, 2, 3], [1, 2, 5, 4], [2]];
    expect(hammingKernel().name).toBe('hamming');
    expect(hammingKernel().gram(items)).toEqual(hammingKernel({ rate: 1 }).gram(items));
    expect(spectrumKernel().name).toBe('spectrum');
    expect(spectrumKernel().gram(items)).toEqual(
      spectrumKernel({ orders: [1, 2, 3], normalise: true }).gram(items),
    );
  });
});

describe('kernel two-sample test', () => {
  test('both estimators by their definition', () => {
    const first = [[1], [2], [2]];
    const second = [[1], [3]];
    const kernel = hammingKernel({ rate: 1 });
    const e = Math.exp(-1);
    // Within first: pairs (1,2) e, (1,2) e, (2,2) 1; within second: e; across: 1 and five times e.
    const across = (1 + 5 * e) / 6;
    const unbiased = (2 * (2 * e + 1)) / 6 + e - 2 * across;
    const biased = (3 + 2 * (2 * e + 1)) / 9 + (2 + 2 * e) / 4 - 2 * across;
    const options = { kernel, random, permutations: 9 };
    expect(kernelTwoSampleTest(first, second, options).statistic).toBeCloseTo(unbiased, 14);
    expect(kernelTwoSampleTest(second, first, options).statistic).toBeCloseTo(unbiased, 14);
    const withDiagonal = kernelTwoSampleTest(first, second, { ...options, estimator: 'biased' });
    expect(withDiagonal.statistic).toBeCloseTo(biased, 14);
  });

  test.each(['unbiased', 'biased'] as const)(
    '%s: p-values are valid where the laws are equal',
    (estimator) => {
      const kernel = hammingKernel({ rate: 0.5 });
      let rejections = 0;
      for (let run = 0; run < 400; run++) {
        const { pValue } = kernelTwoSampleTest(sample(10, 0.2), sample(15, 0.2), {
          kernel,
          estimator,
          random,
          permutations: 99,
        });
        if (pValue <= 0.05) rejections++;
      }
      expect(rejections).toBeLessThanOrEqual(mostHits('level of a test', 400, 0.05));
    },
  );

  test('token sequences that differ only in how often a token repeats are told apart', () => {
    const first = sample(120, 0);
    const second = sample(120, 0.8);
    const byNgram = kernelTwoSampleTest(first, second, { kernel: spectrumKernel(), random });
    const byPosition = kernelTwoSampleTest(first, second, { kernel: hammingKernel({ rate: 0.3 }), random });
    expect(byNgram.pValue).toBeLessThanOrEqual(0.005);
    expect(byPosition.pValue).toBeLessThanOrEqual(0.005);
    // Single tokens have the same law in both: a kernel that counts only them must not see it.
    const singles = kernelTwoSampleTest(first, second, {
      kernel: spectrumKernel({ orders: [1], normalise: false }),
      random,
      permutations: 19_999,
    });
    expect(singles.pValue).toBeGreaterThan(falseAlarmBudget.alphaOf('equal laws are not told apart'));
  });

  test('text is compared without a tokenizer', () => {
    const first = sample(80, 0).map(text);
    const second = sample(80, 0.5).map(text);
    expect(kernelTwoSampleTest(first, second, { kernel: spectrumKernel(), random }).pValue).toBeLessThan(
      0.005,
    );
  });

  test('samples that cannot be told apart give p = 1, in spite of rounding', () => {
    const items = Array.from({ length: 7 }, () => 'the same words');
    const result = kernelTwoSampleTest(items, items.slice(0, 4), { kernel: spectrumKernel(), random });
    expect(result.pValue).toBe(1);
  });

  test('bad samples, kernels and counts are refused', () => {
    const options = { kernel: hammingKernel(), random };
    const pair = [[1], [2]];
    expectRefusal(() => kernelTwoSampleTest([[1]], pair, options), 'empty', 'first', {
      value: 1,
      message: /first has 1 items; give at least 2/,
    });
    expectRefusal(() => kernelTwoSampleTest(pair, [], options), 'empty', 'second', { value: 0 });
    expectRefusal(
      () => kernelTwoSampleTest(pair, pair, { ...options, permutations: 0 }),
      'out-of-range',
      'permutations',
    );
    const short = { name: 'short', gram: () => new Float64Array(3) };
    expectRefusal(() => kernelTwoSampleTest(pair, pair, { kernel: short, random }), 'mismatch', 'kernel', {
      value: 3,
      message: /4 x 4/,
    });
    // Item 1 against item 2 of four.
    const gram = new Float64Array(16).fill(1);
    gram[6] = Number.NaN;
    const broken = { name: 'broken', gram: () => gram };
    expectRefusal(
      () => kernelTwoSampleTest(pair, pair, { kernel: broken, random }),
      'out-of-range',
      'kernel',
      { value: Number.NaN, index: 6, message: /gave NaN for items 1 and 2; every similarity must be finite/ },
    );
    expectRefusal(() => permutationTest([], [1], differenceOfMeans, { random }), 'empty', 'first');
    expectRefusal(() => permutationTest([1], [], differenceOfMeans, { random }), 'empty', 'second');
    expectRefusal(
      () => permutationTest([1], [2], differenceOfMeans, { random, permutations: 0.5 }),
      'out-of-range',
      'permutations',
    );
    expectRefusal(() => permutationTest([1], [2], () => Number.NaN, { random }), 'out-of-range', 'statistic');
    // Finite for the samples as given, and for no other order.
    let calls = 0;
    expectRefusal(
      () => permutationTest([1], [2], () => (calls++ === 0 ? 1 : Infinity), { random }),
      'out-of-range',
      'statistic',
    );
  });
});
