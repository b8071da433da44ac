import { beforeEach } from 'vitest';
import type { RandomSource } from '../random/random-source.js';
import { seededRandom } from './seeded-random.js';

/**
 * Uniform numbers for a file of tests, begun anew before each: what a test draws, and so what it finds, does not depend
 * on which tests ran before it. Outside of tests, while the file is loaded, they are one stream.
 */
export function randomOfEachTest(seed: number): RandomSource {
  let random = seededRandom(seed);
  beforeEach(() => {
    random = seededRandom(seed);
  });
  return () => random();
}
