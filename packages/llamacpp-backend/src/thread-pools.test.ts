import { expect, it } from 'vitest';
import { nativeLibrary } from './native-library.js';

it('makes one pool for every number of threads: in a larger one, threads without work would wait awake', () => {
  const { pools } = nativeLibrary();
  const [one, two] = [pools.of(1), pools.of(2)];
  expect(one).not.toBe(two);
  expect([pools.of(1), pools.of(2)]).toEqual([one, two]);
});
