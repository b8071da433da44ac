import { expect, test } from 'vitest';
import { planDraw } from './draw-plan.js';

const draws = 4000;
const seedsOf = (seed: number): number[] => {
  const options = { seed, prompts: 1, tokens: 1 };
  return Array.from({ length: draws }, (_, draw) => [
    planDraw(draw, 0, options).seed,
    planDraw(draw, 1, options).seed,
  ]).flat();
};

test('every draw of either side sends a seed of its own', () => {
  expect(new Set(seedsOf(3)).size).toBe(2 * draws);
});

// Was wrong: seeds that lie 128 apart sent the same seeds but for 64 draws, so that an audit again was no new evidence.
test.each([1, 128, 256, 2 ** 31])('an audit with the seed %i sends others than with 0', (seed) => {
  const first = new Set(seedsOf(0));
  expect(seedsOf(seed).filter((sent) => first.has(sent))).toEqual([]);
});
