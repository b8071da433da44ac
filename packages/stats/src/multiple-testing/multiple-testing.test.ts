import { describe, expect, test } from 'vitest';
import { expectRefusal } from '../testing/expect-refusal.js';
import { falseAlarmBudget } from '../testing/false-alarm-budget.js';
import { adjustBenjaminiHochberg } from './adjust-benjamini-hochberg.js';
import { adjustHolm } from './adjust-holm.js';
import { createFalseAlarmLedger } from './false-alarm-ledger.js';

// The worked example of Benjamini & Hochberg 1995, section 3.2: fifteen comparisons of a thrombolysis
// trial. Bonferroni rejects the first three at .05, so does the step-down test, BH the first four.
const thrombolysis = [
  0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528,
  0.759, 1,
];
const rejected = (adjusted: Float64Array, alpha: number): number =>
  adjusted.filter((value) => value <= alpha).length;

describe('adjusted p-values', () => {
  test('the worked example of the Benjamini-Hochberg paper', () => {
    expect(rejected(adjustHolm(thrombolysis), 0.05)).toBe(3);
    const adjusted = adjustBenjaminiHochberg(thrombolysis);
    expect(rejected(adjusted, 0.05)).toBe(4);
    expect(adjusted[3]).toBeCloseTo((15 * 0.0095) / 4, 15);
    // p(5) x 15 / 5 = .0603 > .05, and the smaller 15 x .0344 / 8 that follows is above it: .0603 stays.
    expect(adjusted[4]).toBeCloseTo(0.0603, 12);
    // 15 x .0278 / 6 = .0695 and 15 x .0298 / 7 = .06386: the later, smaller one is taken.
    expect(adjusted[5]).toBeCloseTo((15 * 0.0298) / 7, 12);
  });

  test('Holm by hand, in the order given, with the running maximum', () => {
    // Sorted .01 .02 .022 .09 times 4 3 2 1 = .04 .06 .044 .09; the third must not fall below the second.
    const adjusted = adjustHolm([0.022, 0.01, 0.09, 0.02]);
    for (const [index, value] of [0.06, 0.04, 0.09, 0.06].entries()) {
      expect(adjusted[index]).toBeCloseTo(value, 15);
    }
  });

  test('one test is left as it is, equal p-values get equal adjustments, nothing exceeds 1', () => {
    expect([...adjustHolm([0.03])]).toEqual([0.03]);
    expect([...adjustBenjaminiHochberg([0.03])]).toEqual([0.03]);
    expect([...adjustHolm([0.4, 0.4, 0.4])]).toEqual([1, 1, 1]);
    const tied = adjustBenjaminiHochberg([0.4, 0.4, 0.4]);
    for (const value of tied) expect(value).toBeCloseTo(0.4, 15);
  });

  test.each([
    ['empty', [], 'empty', 'pValues'],
    ['NaN', [0.5, Number.NaN], 'invalid-probability', 'pValues[1]'],
    ['negative', [-0.1], 'invalid-probability', 'pValues[0]'],
    ['above 1', [1.5], 'invalid-probability', 'pValues[0]'],
  ] as const)('%s lists are refused', (_, pValues, reason, argument) => {
    for (const adjust of [adjustHolm, adjustBenjaminiHochberg]) {
      expectRefusal(() => adjust(pValues), reason, argument, { message: /pValues/ });
    }
  });
});

describe('the false-alarm ledger', () => {
  test('adds alpha x count over its entries and gives each alpha back', () => {
    const entries = [
      { name: 'coverage', alpha: 1e-3, count: 4 },
      { name: 'uniform p-values', alpha: 1e-6, count: 10 },
    ];
    const ledger = createFalseAlarmLedger(entries);
    expect(ledger.entries).toEqual(entries);
    expect(ledger.total).toBeCloseTo(4.01e-3, 15);
    expect(ledger.alphaOf('coverage')).toBe(1e-3);
    expectRefusal(() => ledger.alphaOf('typo'), 'mismatch', 'name', {
      value: 'typo',
      message: /not in the ledger/,
    });
    expect(createFalseAlarmLedger([]).total).toBe(0);
  });

  test('refuses double names, counts below 1 and alphas that are no probability', () => {
    const entry = { name: 'a', alpha: 0.1, count: 1 };
    expectRefusal(() => createFalseAlarmLedger([entry, entry]), 'mismatch', 'entries', {
      value: 'a',
      index: 'a',
      message: /twice/,
    });
    expect(() => createFalseAlarmLedger([{ ...entry, count: 0 }])).toThrow(/count of "a"/);
    expect(() => createFalseAlarmLedger([{ ...entry, alpha: 2 }])).toThrow(/alpha of "a"/);
  });

  test("this package's own statistical tests fail by chance with probability below 1 %", () => {
    expect(falseAlarmBudget.total).toBeLessThan(0.01);
  });
});
