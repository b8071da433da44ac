import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chooseDraftLength } from './choose-draft-length.js';
import { paysToGoOn } from './pays-to-go-on.js';

const seed = 20_261_128;
const longest = 8;
const chances = fc.array(fc.double({ min: 0.01, max: 0.99, noNaN: true }), {
  minLength: longest,
  maxLength: longest,
});
const steps = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), {
  minLength: longest + 1,
  maxLength: longest + 1,
});

test('where nothing is learnt on the way, it stops where the best fixed length ends', () => {
  fc.assert(
    fc.property(chances, steps, (acceptance, increments) => {
      let total = 1;
      const costs = increments.map((step, index) => (index === 0 ? total : (total += step)));
      const at = (position: number): number => acceptance[position] as number;
      const best = chooseDraftLength(longest, at, (length) => costs[length] as number);
      fc.pre(best.length > 0);
      const rate = best.expectedCommitted / best.cost;
      let survival = 1;
      let drafted = 0;
      do survival *= at(drafted++);
      while (drafted < longest && paysToGoOn(drafted, survival, acceptance, costs, rate * (1 + 1e-12)));
      expect(drafted).toBe(best.length);
    }),
    { seed, numRuns: 500 },
  );
});

test('it is a threshold of survival: where it pays, it pays with a better draft too', () => {
  fc.assert(
    fc.property(
      chances,
      steps,
      fc.double({ min: 0.1, max: 2, noNaN: true }),
      (acceptance, increments, rate) => {
        let total = 1;
        const costs = increments.map((step, index) => (index === 0 ? total : (total += step)));
        const pays = [0.1, 0.3, 0.5, 0.7, 0.9].map((survival) =>
          paysToGoOn(2, survival, acceptance, costs, rate),
        );
        expect(pays).toEqual(pays.toSorted((left, right) => Number(left) - Number(right)));
      },
    ),
    { seed },
  );
});

test('steps are looked across: two tokens for the price of one row group', () => {
  // The third token costs as much as the third to the seventh.
  const costs = [1, 1.1, 1.2, 2, 2, 2, 2, 2];
  expect(paysToGoOn(2, 0.9, new Array<number>(7).fill(0.9), costs, 1.5)).toBe(true);
  expect(paysToGoOn(2, 0.9, new Array<number>(7).fill(0.9), costs.slice(0, 4), 1.5)).toBe(false);
});

test('the longest draft has nowhere to go', () => {
  expect(paysToGoOn(3, 1, [1, 1, 1], [1, 1, 1, 1], 1e-9)).toBe(false);
});
