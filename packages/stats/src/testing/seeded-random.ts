import type { RandomSource } from '../random/random-source.js';

/**
 * Uniform numbers in [0, 1) with 53 bits from a seed, for tests: sfc32 by Chris Doty-Humphrey (PractRand),
 * three words of state and a counter, warmed up so that close seeds give unrelated streams.
 */
export function seededRandom(seed: number): RandomSource {
  let a = seed >>> 0;
  let b = Math.floor(seed / 2 ** 32) >>> 0;
  let c = 0x9e3779b9;
  let counter = 1;
  const next = (): number => {
    const result = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + result) | 0;
    return result >>> 0;
  };
  for (let step = 0; step < 20; step++) next();
  return () => ((next() >>> 5) * 2 ** 26 + (next() >>> 6)) / 2 ** 53;
}
