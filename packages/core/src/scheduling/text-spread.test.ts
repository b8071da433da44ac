import { expect, test } from 'vitest';
import { TextSpread } from './text-spread.js';

const chain = (acceptedCount: number) => ({ draftedCount: 10, acceptedCount, confidences: [] });

test('texts that are alike bring it to 0, texts that differ to their deviation', () => {
  const spread = (shares: readonly number[]): number => {
    const texts = new TextSpread();
    for (let text = 0; text < 200; text++) {
      for (let round = 0; round < 5; round++) texts.observe(chain(shares[text % shares.length] as number));
      texts.beginText();
    }
    return texts.deviation;
  };
  expect(new TextSpread().deviation).toBeCloseTo(0.2, 12);
  expect(spread([10])).toBeLessThan(0.01);
  // All of 10 tokens, and none of the one that is verified.
  expect(spread([10, 0])).toBeCloseTo(0.5, 2);
});

test('a text in which nothing was drafted says nothing', () => {
  const texts = new TextSpread();
  for (let text = 0; text < 50; text++) texts.beginText();
  expect(texts.deviation).toBeCloseTo(0.2, 12);
});
