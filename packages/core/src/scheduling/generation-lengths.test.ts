import { expect, test } from 'vitest';
import { GenerationLengths } from './generation-lengths.js';

function after(lengths: readonly number[], maximumTokens: number): GenerationLengths {
  const generations = new GenerationLengths();
  for (const length of lengths) {
    generations.begin(maximumTokens);
    generations.commit(length);
  }
  generations.begin(maximumTokens);
  return generations;
}

test('before any generation has ended, all that is allowed is to come, as far as is looked', () => {
  expect(new GenerationLengths().left(256)).toBe(256);
  expect(after([], 100).left(256)).toBe(100);
});

test('the mean over earlier generations that were longer, and one that takes all it may', () => {
  const generations = after([20, 40], 100);
  expect(generations.left(256)).toBe((100 + 20 + 40) / 3);
  generations.commit(30);
  expect(generations.left(256)).toBe((70 + 10) / 2);
  generations.commit(30);
  expect(generations.left(256)).toBe(40);
  expect(generations.left(8)).toBe(8);
});

test('a generation that was cut would have gone on', () => {
  const generations = after([50, 50], 50);
  generations.begin(200);
  expect(generations.left(256)).toBe(200);
});

test('what never began says nothing, and what is long ago is forgotten', () => {
  expect(after([0, 0, 0], 100).left(256)).toBe(100);
  const lengths = [...new Array<number>(30).fill(5), ...new Array<number>(16).fill(60)];
  expect(after(lengths, 100).left(256)).toBe((100 + 16 * 60) / 17);
});
