import fc from 'fast-check';
import { expect, test } from 'vitest';
import { constantAcceptance } from './constant-acceptance.js';

const seed = 20_261_128;

test('of the same acceptance everywhere it is that', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 1, max: 20 }), (a, length) => {
      expect(constantAcceptance(length, () => a)).toBeCloseTo(a, 5);
    }),
    { seed },
  );
});

test('it keeps as many tokens, so it lies between the lowest and the highest', () => {
  const chances = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 16 });
  fc.assert(
    fc.property(chances, (acceptance) => {
      const a = constantAcceptance(acceptance.length, (position) => acceptance[position] as number);
      let [kept, constant, survival] = [0, 0, 1];
      for (const [position, chance] of acceptance.entries()) {
        kept += survival *= chance;
        constant += a ** (position + 1);
      }
      expect(constant).toBeCloseTo(kept, 3);
      expect(a).toBeGreaterThanOrEqual(Math.min(...acceptance) - 1e-5);
      expect(a).toBeLessThanOrEqual(Math.max(...acceptance) + 1e-5);
    }),
    { seed },
  );
});
