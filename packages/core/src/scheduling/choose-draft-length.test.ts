import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chooseDraftLength } from './choose-draft-length.js';

const seed = 20261124;

test('expected committed tokens are Leviathan equation 1 for constant acceptance', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.2, max: 0.99, noNaN: true }),
      fc.integer({ min: 1, max: 20 }),
      (a, limit) => {
        // A free draft: the longest length always has the most tokens per millisecond.
        const choice = chooseDraftLength(
          limit,
          () => a,
          () => 1,
        );
        expect(choice.length).toBe(limit);
        expect(choice.expectedCommitted).toBeCloseTo((1 - a ** (limit + 1)) / (1 - a), 10);
      },
    ),
    { seed },
  );
});

test('no other length has more expected tokens per millisecond', () => {
  const acceptances = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 8, maxLength: 8 });
  const steps = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 9, maxLength: 9 });
  fc.assert(
    fc.property(acceptances, steps, (acceptance, increments) => {
      let total = 1;
      const costs = increments.map((step, index) => (index === 0 ? total : (total += step)));
      const choice = chooseDraftLength(
        8,
        (position) => acceptance[position] as number,
        (length) => costs[length] as number,
      );
      let survival = 1;
      let committed = 1;
      for (let length = 0; length <= 8; length++) {
        if (length > 0) committed += survival *= acceptance[length - 1] as number;
        expect((choice.expectedCommitted / choice.cost) * (1 + 1e-12)).toBeGreaterThanOrEqual(
          committed / (costs[length] as number),
        );
      }
    }),
    { seed },
  );
});

test('a draft that is never accepted is never drafted', () => {
  expect(
    chooseDraftLength(
      8,
      () => 0,
      (length) => 1 + 0.01 * length,
    ).length,
  ).toBe(0);
});

test('drafting pays exactly where acceptance exceeds the relative cost (Leviathan corollary 3.9)', () => {
  for (const [acceptance, cost] of [
    [0.31, 0.3],
    [0.29, 0.3],
  ] as const) {
    const choice = chooseDraftLength(
      10,
      () => acceptance,
      (length) => 1 + cost * length,
    );
    expect(choice.length > 0).toBe(acceptance > cost);
  }
});
