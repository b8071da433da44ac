import { describe, expect, test } from 'vitest';
import { InvalidArgumentError } from '../errors/invalid-argument-error.js';
import { TokenOutOfRangeError } from '../errors/token-out-of-range-error.js';
import { RowLogits } from './row-logits.js';

const first = Float32Array.of(1, 5, 3, 5, -2);
const second = Float32Array.of(0, 0, 0, 0, 0);
const handle = new RowLogits([first, second], 5);

test('rows are views, counted', () => {
  expect(handle.rowCount).toBe(2);
  expect(handle.vocabularySize).toBe(5);
  expect(handle.read(0)).toBe(first);
  expect(handle.read(1)).toBe(second);
});

test.each([-1, 2, 0.5])('row %f is refused', (row) => {
  const said = new RegExp(`no row ${row}: .* 2\\.`);
  expect(() => handle.read(row)).toThrow(InvalidArgumentError);
  expect(() => handle.read(row)).toThrow(said);
  expect(() => handle.gather(row, [0])).toThrow(said);
  expect(() => handle.topK(row, 1)).toThrow(said);
  expect(() => handle.logSumExp(row)).toThrow(said);
});

describe('gather', () => {
  test('gives the logits in the order asked for', () => {
    expect([...handle.gather(0, [4, 0, 4])]).toEqual([-2, 1, -2]);
    expect([...handle.gather(0, [])]).toEqual([]);
  });

  test.each([-1, 5, 1.5, Number.NaN])('refuses token %f', (token) => {
    expect(() => handle.gather(0, [0, token])).toThrow(TokenOutOfRangeError);
    expect(() => handle.gather(0, [0, token])).toThrow(`There is no token ${token} in a vocabulary of 5.`);
  });
});

describe('topK', () => {
  test.each([
    [1, [1]],
    [2, [1, 3]],
    [3, [1, 3, 2]],
    [5, [1, 3, 2, 0, 4]],
    [9, [1, 3, 2, 0, 4]],
  ])('%i: best first, ties to the lowest id, never more than there are', (count, expected) => {
    const { tokens, logits } = handle.topK(0, count);
    expect([...tokens]).toEqual(expected);
    expect([...logits]).toEqual(expected.map((token) => first[token]));
  });

  test.each([0, -1, 1.5])('refuses %f tokens', (count) => {
    expect(() => handle.topK(0, count)).toThrow(InvalidArgumentError);
    expect(() => handle.topK(0, count)).toThrow(`at least 1, not ${count}.`);
  });
});

describe('logSumExp', () => {
  test('of equal logits is the logit plus the logarithm of their number', () => {
    expect(handle.logSumExp(1)).toBeCloseTo(Math.log(5), 12);
    expect(new RowLogits([new Float32Array(8).fill(3)], 8).logSumExp(0)).toBeCloseTo(3 + Math.log(8), 12);
  });

  test('is the sum of the exponentials, and neither overflows nor underflows', () => {
    const sum = first.reduce((total, logit) => total + Math.exp(logit), 0);
    expect(handle.logSumExp(0)).toBeCloseTo(Math.log(sum), 12);
    for (const shift of [1000, -1000]) {
      const shifted = new RowLogits([first.map((logit) => logit + shift)], 5);
      expect(shifted.logSumExp(0)).toBeCloseTo(Math.log(sum) + shift, 10);
    }
    const wide = new RowLogits([Float32Array.of(-1000, 1000, -1000)], 3);
    expect(wide.logSumExp(0)).toBe(1000);
  });
});
