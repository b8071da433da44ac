import { describe, expect, test } from 'vitest';
import { expectRefusal } from '../testing/expect-refusal.js';
import {
  requireFinite,
  requireInteger,
  requireNonNegative,
  requireNumber,
  requireOneOf,
  requireOpenProbability,
  requirePositive,
  requireProbability,
  requireShape,
  requireTrials,
} from './require.js';
import { requireCounts, requireCountsByKey, requireSameLength } from './require-counts.js';
import { normalisationTolerance, requireLaw } from './require-law.js';
import { requireLawByKey } from './require-law-by-key.js';
import { StatisticsError, type StatisticsErrorReason } from './statistics-error.js';

interface Rule {
  readonly check: (value: number, argument: string) => void;
  readonly reason: StatisticsErrorReason;
  readonly accepted: readonly number[];
  readonly refused: readonly number[];
  readonly message: RegExp;
}

const outOfRange = 'out-of-range';
const rules: Readonly<Record<string, Rule>> = {
  requirePositive: {
    check: requirePositive,
    reason: outOfRange,
    accepted: [Number.MIN_VALUE, 1, Number.MAX_VALUE],
    refused: [0, -1, Infinity, Number.NaN],
    message: /must be a finite number above 0\.$/,
  },
  requireShape: {
    check: requireShape,
    reason: outOfRange,
    accepted: [1e-100, 1, 1e13],
    refused: [0.99e-100, 0, -1, 1.01e13, Infinity, Number.NaN],
    message: /must be a number from 1e-100 to 10000000000000\.$/,
  },
  'requireTrials, at least 2': {
    check: (value, argument) => requireTrials(value, argument, 2),
    reason: outOfRange,
    accepted: [2, 1e13],
    refused: [1, 2.5, Number.NaN],
    message: /must be an integer of at least 2\.$/,
  },
  'requireTrials, too many': {
    check: (value, argument) => requireTrials(value, argument, 0),
    reason: outOfRange,
    accepted: [0, 1e13],
    refused: [1e13 + 1],
    message: /must be at most 10000000000000\.$/,
  },
  requireNumber: {
    check: requireNumber,
    reason: outOfRange,
    accepted: [-Infinity, 0, Infinity],
    refused: [Number.NaN, '1' as unknown as number, undefined as unknown as number],
    message: /must be a number\.$/,
  },
  requireFinite: {
    check: requireFinite,
    reason: outOfRange,
    accepted: [-Number.MAX_VALUE, 0, Number.MAX_VALUE],
    refused: [-Infinity, Infinity, Number.NaN],
    message: /must be a finite number\.$/,
  },
  requireNonNegative: {
    check: requireNonNegative,
    reason: outOfRange,
    accepted: [0, 1, Infinity],
    refused: [-Number.MIN_VALUE, Number.NaN],
    message: /must be a number of at least 0\.$/,
  },
  requireProbability: {
    check: requireProbability,
    reason: 'invalid-probability',
    accepted: [0, 0.5, 1],
    refused: [-Number.MIN_VALUE, 1 + Number.EPSILON, Number.NaN],
    message: /must be a probability, 0 to 1\.$/,
  },
  requireOpenProbability: {
    check: requireOpenProbability,
    reason: 'invalid-probability',
    accepted: [Number.MIN_VALUE, 1 - Number.EPSILON / 2],
    refused: [0, 1, -1, 2, Number.NaN],
    message: /must lie above 0 and below 1\.$/,
  },
  'requireInteger, at least -3': {
    check: (value, argument) => requireInteger(value, argument, -3),
    reason: outOfRange,
    accepted: [-3, 0, Number.MAX_SAFE_INTEGER],
    refused: [-4, 0.5, Number.MAX_SAFE_INTEGER + 1, Number.NaN],
    message: /must be an integer of at least -3\.$/,
  },
  'requireInteger, any': {
    check: (value, argument) => requireInteger(value, argument, -Infinity),
    reason: outOfRange,
    accepted: [Number.MIN_SAFE_INTEGER, 0],
    refused: [0.5, -Infinity, Number.NaN],
    message: /must be an integer\.$/,
  },
};

test.each(Object.entries(rules))('%s', (_name, { check, reason, accepted, refused, message }) => {
  for (const value of accepted) expect(() => check(value, 'size')).not.toThrow();
  for (const value of refused) {
    expectRefusal(() => check(value, 'size'), reason, 'size', { value, message });
    expectRefusal(() => check(value, 'size'), reason, 'size', { message: /^size is / });
    expectRefusal(() => check(value, 'size'), reason, 'size', { message: new RegExp(String(value)) });
  }
});

test('requireOneOf names what is allowed', () => {
  expect(() => requireOneOf('g', 'statistic', ['chi-square', 'g'])).not.toThrow();
  expectRefusal(() => requireOneOf('x', 'statistic', ['chi-square', 'g']), outOfRange, 'statistic', {
    value: 'x',
    message: /^statistic is x; it must be one of chi-square, g\.$/,
  });
});

const asList = (values: readonly number[]): readonly number[] => values;
const byKey = (values: readonly number[]): ReadonlyMap<string, number> =>
  new Map(values.map((value, index) => ['ab'[index] as string, value]));

describe.each([
  [
    'listed',
    (counts: readonly number[]) => requireCounts(asList(counts), 'counts'),
    [0, 1],
    String.raw`counts\[1\]`,
  ],
  [
    'by key',
    (counts: readonly number[]) => requireCountsByKey(byKey(counts), 'counts'),
    ['a', 'b'],
    String.raw`counts\["b"\]`,
  ],
] as const)('counts, %s', (_, check, places, second) => {
  test('are added up', () => {
    expect(check([3, 4])).toBe(7);
    expect(check([0, Number.MAX_SAFE_INTEGER])).toBe(Number.MAX_SAFE_INTEGER);
  });

  test('are refused where they are none', () => {
    expectRefusal(() => check([-1, 4]), 'invalid-count', 'counts', { value: -1, index: places[0] });
    for (const bad of [0.5, Number.NaN, Infinity, Number.MAX_SAFE_INTEGER + 1]) {
      expectRefusal(() => check([1, bad]), 'invalid-count', 'counts', {
        value: bad,
        index: places[1],
        message: new RegExp(`^${second} is .*; it must be a count, an integer of at least 0`),
      });
    }
    for (const nothing of [[], [0, 0]]) {
      expectRefusal(() => check(nothing), 'empty', 'counts', { value: 0, message: /no observation/ });
    }
    expectRefusal(() => check([Number.MAX_SAFE_INTEGER, 1]), 'too-large', 'counts', {
      value: 2 ** 53,
      message: /sums to 9007199254740992; it must stay below 2\^53/,
    });
  });
});

test('lists of the same cells have one length', () => {
  expect(() => requireSameLength([1, 2], 'first', [3, 4], 'second')).not.toThrow();
  expectRefusal(() => requireSameLength([1], 'first', [3, 4], 'second'), 'mismatch', 'first', {
    value: 1,
    message: /^first has 1 cells and second 2; both must list the same cells in the same order\.$/,
  });
});

describe.each([
  ['listed', (law: readonly number[]) => requireLaw(asList(law), 'law'), [0, 1], String.raw`law\[1\]`],
  [
    'by key',
    (law: readonly number[]) => requireLawByKey(byKey(law), 'law', false),
    ['a', 'b'],
    String.raw`law\["b"\]`,
  ],
  [
    'by key, perhaps partial',
    (law: readonly number[]) => requireLawByKey(byKey(law), 'law', true),
    ['a', 'b'],
    String.raw`law\["b"\]`,
  ],
] as const)('a law, %s', (name, check, places, second) => {
  const partial = name.endsWith('partial');

  test('sums to 1, but for rounding', () => {
    for (const law of [[1], [0, 1], [0.25, 0.75], [0.5, 0.5 + 9e-10], [0.5, 0.5 - 9e-10], [1 + 9e-10, 0]]) {
      expect(() => check(law)).not.toThrow();
    }
  });

  test('is refused where it is none', () => {
    expectRefusal(() => check([]), 'empty', 'law', { message: /^law is empty; give the probability of/ });
    expectRefusal(() => check([-0.1, 1]), 'invalid-probability', 'law', { value: -0.1, index: places[0] });
    for (const bad of [-1e-12, 1 + 2 * normalisationTolerance, Number.NaN]) {
      expectRefusal(() => check([0, bad]), 'invalid-probability', 'law', {
        value: bad,
        index: places[1],
        message: new RegExp(`^${second} is .*; it must be a probability, 0 to 1`),
      });
    }
    const many = [0.75, 0.5];
    const message = partial
      ? /^law sums to 1\.25; it must sum to at most 1 within 1e-9: normalise it in float64\.$/
      : /^law sums to 1\.25; it must sum to 1 within 1e-9: normalise it in float64\.$/;
    expectRefusal(() => check(many), 'not-normalised', 'law', { value: 1.25, message });
    expectRefusal(() => check([0.5, 0.5 + 2e-9]), 'not-normalised', 'law');
    if (!partial) expectRefusal(() => check([0.5, 0.5 - 2e-9]), 'not-normalised', 'law');
  });
});

test('what a partial law leaves is returned, and rounding is nothing', () => {
  expect(requireLawByKey(byKey([0.5, 0.25]), 'law', true)).toBe(0.25);
  expect(requireLawByKey(byKey([0.5, 0.5 - 2e-9]), 'law', true)).toBeCloseTo(2e-9, 15);
  expect(requireLawByKey(byKey([0.5, 0.5 - 5e-10]), 'law', true)).toBe(0);
  expect(requireLawByKey(byKey([0.5, 0.5 + 5e-10]), 'law', true)).toBe(0);
  expect(requireLawByKey(byKey([0.5, 0.5]), 'law', false)).toBe(0);
});

test('the error is recognised whichever copy of the package threw it', () => {
  const error = new StatisticsError('no', { reason: 'empty', argument: 'counts', value: 3, index: 'a' });
  expect(error).toMatchObject({ name: 'StatisticsError', message: 'no', reason: 'empty' });
  expect(error).toMatchObject({ argument: 'counts', value: 3, index: 'a' });
  expect(StatisticsError.isInstance(error)).toBe(true);
  expect(StatisticsError.isInstance({ [Symbol.for('foretoken.statistics-error')]: true })).toBe(true);
  for (const other of [new Error('no'), {}, null, undefined, 'StatisticsError', () => error]) {
    expect(StatisticsError.isInstance(other)).toBe(false);
  }
});
