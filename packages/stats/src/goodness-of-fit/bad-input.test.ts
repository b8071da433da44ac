import { test } from 'vitest';
import {
  chiSquareHomogeneityTest,
  chiSquareTest,
  discreteKolmogorovSmirnovTest,
  gHomogeneityTest,
  gTest,
  independenceTest,
  jointHomogeneityTest,
  kolmogorovSmirnovTest,
  kolmogorovSmirnovTwoSampleTest,
  lagIndependenceTest,
  monteCarloGoodnessOfFitTest,
  monteCarloIndependenceTest,
  multinomialTest,
  permutationLagIndependenceTest,
} from '../index.js';
import { expectRefusal } from '../testing/expect-refusal.js';

const random = (): number => 0.5;
const half = [0.5, 0.5];

// Every test of counts against a law refuses the same input, with the same words.
const ofCounts = {
  chiSquareTest,
  gTest,
  multinomialTest,
  monteCarloGoodnessOfFitTest: (counts: number[], law: number[]) =>
    monteCarloGoodnessOfFitTest(counts, law, { random }),
  discreteKolmogorovSmirnovTest: (counts: number[], law: number[]) =>
    discreteKolmogorovSmirnovTest(counts, law, { random }),
};

test.each(Object.entries(ofCounts))('%s refuses counts and laws that are none', (_name, run) => {
  expectRefusal(() => run([1, 2], [0.5, 0.6]), 'not-normalised', 'probabilities');
  expectRefusal(() => run([1, 2], [1.5, -0.5]), 'invalid-probability', 'probabilities', { index: 0 });
  expectRefusal(() => run([1, 2], [0.5, Number.NaN]), 'invalid-probability', 'probabilities', { index: 1 });
  expectRefusal(() => run([1, 2, 3], half), 'mismatch', 'counts');
  expectRefusal(() => run([0, 0], half), 'empty', 'counts');
  expectRefusal(() => run([], []), 'empty', 'probabilities');
  expectRefusal(() => run([1, -1], half), 'invalid-count', 'counts', { index: 1 });
  expectRefusal(() => run([0.5, 1], half), 'invalid-count', 'counts', { index: 0 });
  expectRefusal(() => run([1, Number.NaN], half), 'invalid-count', 'counts', { index: 1 });
  expectRefusal(() => run([Number.MAX_SAFE_INTEGER, 5], half), 'too-large', 'counts');
});

test('options outside their range are refused', () => {
  expectRefusal(
    () => chiSquareTest([1, 1], half, { minimumExpected: -1 }),
    'out-of-range',
    'minimumExpected',
  );
  expectRefusal(
    () => gTest([1, 1], half, { minimumExpected: Number.NaN }),
    'out-of-range',
    'minimumExpected',
  );
  expectRefusal(() => multinomialTest([1, 1], half, { tableLimit: 0 }), 'out-of-range', 'tableLimit');
  expectRefusal(() => multinomialTest([9, 1], half, { tableLimit: 5 }), 'too-large', 'counts');
  expectRefusal(() => multinomialTest([9, 1], half, { statistic: 'x' as 'g' }), 'out-of-range', 'statistic');
  expectRefusal(() => multinomialTest([9, 1], half, { random: () => 1 }), 'out-of-range', 'random');
  expectRefusal(
    () => monteCarloGoodnessOfFitTest([9, 1], half, { random, draws: 0 }),
    'out-of-range',
    'draws',
  );
  expectRefusal(
    () => monteCarloGoodnessOfFitTest([9, 1], half, { random: () => Number.NaN }),
    'out-of-range',
    'random',
  );
  expectRefusal(() => lagIndependenceTest([1, 2], { lag: 0 }), 'out-of-range', 'lag');
  expectRefusal(() => independenceTest([[1, 2]], { statistic: 'x' as 'g' }), 'out-of-range', 'statistic');
});

test('samples and tables that hold nothing, or do not fit, are refused', () => {
  expectRefusal(() => kolmogorovSmirnovTest([]), 'empty', 'values');
  expectRefusal(() => kolmogorovSmirnovTest([0.5, Number.NaN]), 'out-of-range', 'values[1]');
  expectRefusal(() => kolmogorovSmirnovTest([1], () => 1.5), 'invalid-probability', 'cdf');
  expectRefusal(() => kolmogorovSmirnovTest([1, 2], (x) => 1 - x / 4), 'invalid-probability', 'cdf');
  expectRefusal(() => kolmogorovSmirnovTwoSampleTest([], [1]), 'empty', 'first');
  expectRefusal(() => kolmogorovSmirnovTwoSampleTest([1], [Number.NaN]), 'out-of-range', 'second[0]');
  expectRefusal(() => chiSquareHomogeneityTest([1, 2], [1]), 'mismatch', 'first');
  expectRefusal(() => gHomogeneityTest([1, 2], [0, 0]), 'empty', 'second');
  expectRefusal(() => jointHomogeneityTest(new Map(), new Map([['1', 1]])), 'empty', 'first');
  expectRefusal(() => independenceTest([]), 'empty', 'table');
  expectRefusal(() => independenceTest([[], []]), 'empty', 'table');
  expectRefusal(() => independenceTest([[1, 2], [3]]), 'mismatch', 'table', { index: 1 });
  expectRefusal(() => monteCarloIndependenceTest([[0, 0]], { random }), 'empty', 'table');
  expectRefusal(() => lagIndependenceTest([1]), 'empty', 'outcomes');
  expectRefusal(() => lagIndependenceTest([1, Number.NaN]), 'out-of-range', 'outcomes', { index: 1 });
  expectRefusal(() => permutationLagIndependenceTest([], { random }), 'empty', 'outcomes');
});

test('a law that does not sum to 1 is refused by name', () => {
  for (const goodness of [chiSquareTest, gTest])
    expectRefusal(() => goodness([3, 4], [0.5, 0.6]), 'not-normalised', 'probabilities');
});
