import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidArgumentError } from '../errors/invalid-argument-error.js';
import { drawToken, drawWeighted, isAccepted, probabilityOf } from './draw.js';

const seed = 20261124;
const weights = fc
  .array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 12 })
  .filter((values) => values.some((value) => value > 0))
  .map((values) => Float64Array.from(values));

describe('drawToken', () => {
  it('gives the token in whose share of the mass the number lies', () => {
    const distribution = { tokens: Int32Array.of(3, 5, 9), probabilities: Float64Array.of(0.25, 0, 0.75) };
    expect([0, 0.2499, 0.25, 0.9999].map((mass) => drawToken(distribution, mass))).toEqual([3, 3, 9, 9]);
  });

  it('gives the last token that is possible where rounding leaves the sum below the number', () => {
    const short = Float64Array.of(0.5, 0.4999999, 0);
    expect(drawToken({ tokens: undefined, probabilities: short }, 0.99999999)).toBe(1);
    expect(drawToken({ tokens: Int32Array.of(4, 7, 8), probabilities: short }, 0.99999999)).toBe(7);
    expect(drawToken({ tokens: undefined, probabilities: Float64Array.of(0.9999999, 0) }, 0.99999999)).toBe(
      0,
    );
  });

  it('says so where no token is possible', () => {
    const nothing = { tokens: undefined, probabilities: new Float64Array(3) };
    expect(() => drawToken(nothing, 0)).toThrow(InvalidArgumentError);
    expect(() => drawToken(nothing, 0)).toThrow(/without a positive probability/);
  });
});

it('drawWeighted gives every token the share of its weight', () => {
  fc.assert(
    fc.property(weights, (values) => {
      const total = values.reduce((sum, value) => sum + value, 0);
      const counts = new Float64Array(values.length);
      // One number from the middle of each of `total` equal parts of [0, 1).
      for (let part = 0; part < total; part++) {
        const token = drawWeighted({ tokens: undefined, probabilities: values }, (part + 0.5) / total);
        counts[token] = (counts[token] as number) + 1;
      }
      expect(counts).toEqual(values);
    }),
    { seed },
  );
});

it('probabilityOf finds what is listed, and 0 elsewhere', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(30), { maxLength: 12 }), (listed) => {
      const tokens = Int32Array.from(listed.toSorted((left, right) => left - right));
      const probabilities = Float64Array.from(tokens, (token) => 1 / (token + 2));
      for (let token = 0; token <= 31; token++) {
        const expected = tokens.includes(token) ? 1 / (token + 2) : 0;
        expect(probabilityOf({ tokens, probabilities }, token)).toBe(expected);
      }
    }),
    { seed },
  );
  const dense = { tokens: undefined, probabilities: Float64Array.of(0.25, 0.75) };
  expect([0, 1, 2].map((token) => probabilityOf(dense, token))).toEqual([0.25, 0.75, 0]);
});

it('isAccepted holds for as many of equally spaced numbers as the probability says', () => {
  for (const [probability, accepted] of [
    [0, 0],
    [0.25, 2],
    [0.3, 3],
    [1, 8],
    [-0.5, 0],
    [1.5, 8],
  ] as const) {
    const uniforms = Array.from({ length: 8 }, (_, part) => part / 8);
    expect(uniforms.filter((uniform) => isAccepted(probability, uniform))).toHaveLength(accepted);
  }
});
