import { totalmem } from 'node:os';
import { InsufficientMemoryError, InvalidArgumentError } from '@foretoken/core';
import { expect, test } from 'vitest';
import { assertMemory } from './assert-memory.js';

test('what fits passes, to the byte, and what does not is refused with the numbers', () => {
  const predicted = { weights: 4e6, cache: 2e6, buffers: 500_000 };
  expect(() => assertMemory('a.gguf', predicted, 6_500_000)).not.toThrow();
  expect(() => assertMemory('a.gguf', predicted, 6_499_999)).toThrow(InsufficientMemoryError);
  expect(() => assertMemory('a.gguf', predicted, 6e6)).toThrow(
    /a\.gguf takes 6\.5 MB \(weights 4\.0 MB, cache 2\.0 MB, buffers 0\.5 MB\), and there are 6\.0 MB/,
  );
});

test("the limit is the machine's unless one is given", () => {
  expect(() => assertMemory('a.gguf', { weights: 1 })).not.toThrow();
  expect(() => assertMemory('a.gguf', { weights: 2 * totalmem() })).toThrow(InsufficientMemoryError);
});

test.each([0, -1, Number.NaN])('a limit of %d is refused', (limit) => {
  expect(() => assertMemory('a.gguf', {}, limit)).toThrow(InvalidArgumentError);
});
