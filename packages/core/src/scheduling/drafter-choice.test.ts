import { expect, test } from 'vitest';
import { DrafterChoice } from './drafter-choice.js';

const even = { priorAcceptance: 0.6, roundCosts: undefined };

test('ties stand in the order given, a better prior comes first', () => {
  expect(new DrafterChoice([even, even, even]).order(4)).toEqual([0, 1, 2]);
  expect(new DrafterChoice([even, { ...even, priorAcceptance: 0.9 }]).order(4)).toEqual([1, 0]);
});

test('what is accepted more comes first', () => {
  const choice = new DrafterChoice([even, even]);
  for (let round = 0; round < 10; round++) {
    choice.observe(0, 4, 1);
    choice.observe(1, 4, 3);
  }
  expect(choice.order(4)).toEqual([1, 0]);
});

test('a costly drafter must be accepted more', () => {
  const costs = (milliseconds: number) => ({
    lengths: [0, 1, 4],
    milliseconds: [1, 1 + milliseconds, 1 + 4 * milliseconds],
  });
  const choice = new DrafterChoice([
    { priorAcceptance: 0.8, roundCosts: costs(0.5) },
    { priorAcceptance: 0.7, roundCosts: costs(0.01) },
  ]);
  expect(choice.order(4)).toEqual([1, 0]);
});

test('one that was not tried for long is tried for one round, then more and more rarely', () => {
  const choice = new DrafterChoice([even, even]);
  const probes: number[] = [];
  for (let round = 0; round < 600; round++) {
    const [first] = choice.order(4) as [number];
    choice.tried([first]);
    choice.observe(first, 4, first === 0 ? 4 : 0);
    if (first === 1) probes.push(round);
  }
  expect(probes).toEqual([32, 97, 226, 483]);
});

test('a probe finds out that the text has changed', () => {
  const choice = new DrafterChoice([even, even]);
  let last = -1;
  for (let round = 0; round < 400; round++) {
    const [first] = choice.order(4) as [number];
    choice.tried([first]);
    const right = round < 100 ? 0 : 1;
    choice.observe(first, 4, first === right ? 4 : 0);
    last = first;
  }
  expect(last).toBe(1);
});
