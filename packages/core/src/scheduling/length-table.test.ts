import { expect, test } from 'vitest';
import { InvalidArgumentError } from '../errors/invalid-argument-error.js';
import { validateLengthTable } from './length-table.js';

test.each([
  ['one state', [0], [0]],
  ['several', [0, 0.4, 0.7, 0.95], [0, 1, 3, 15]],
  ['lengths that do not rise', [0, 0.5], [3, 1]],
])('%s is a table', (_, acceptance, lengths) => {
  expect(() => validateLengthTable({ acceptance, lengths })).not.toThrow();
});

test.each([
  ['no states', [], []],
  ['a bound too many', [0, 0.5], [1]],
  ['a first bound above 0', [0.1, 0.5], [0, 1]],
  ['bounds that fall', [0, 0.5, 0.4], [0, 1, 3]],
  ['a bound twice', [0, 0.5, 0.5], [0, 1, 3]],
  ['a bound of 1', [0, 1], [0, 1]],
  ['a bound that is no number', [0, Number.NaN], [0, 1]],
  ['a negative length', [0, 0.5], [0, -1]],
  ['half a token', [0, 0.5], [0, 1.5]],
])('%s is refused', (_, acceptance, lengths) => {
  expect(() => validateLengthTable({ acceptance, lengths })).toThrow(InvalidArgumentError);
});
