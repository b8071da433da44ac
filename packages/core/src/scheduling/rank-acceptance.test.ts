import { expect, test } from 'vitest';
import { RankAcceptance } from './rank-acceptance.js';

const options = { priorMean: 0.5, priorWeight: 4, memory: 1e9 };
/** Two children of the root; two of the first, one of the second. */
const parents = [-1, -1, 0, 0, 1];

test('without observations it is the prior, halved from rank to rank', () => {
  const acceptance = new RankAcceptance(options);
  for (const depth of [0, 5])
    expect([0, 1, 2].map((rank) => acceptance.at(depth, rank))).toEqual([0.5, 0.25, 0.125]);
});

test('siblings behind an accepted one and nodes off the path are censored, not failures', () => {
  const whole = new RankAcceptance(options);
  const verified = new RankAcceptance(options);
  for (let round = 0; round < 50; round++) {
    whole.observe({ parents, acceptedPath: [0, 2] });
    // All that was asked: the first child of the root, and its first child.
    verified.observe({ parents: [-1, 0], acceptedPath: [0, 1] });
  }
  for (const depth of [0, 1, 2])
    for (const rank of [0, 1]) expect(whole.at(depth, rank)).toBe(verified.at(depth, rank));
  expect(whole.at(0, 1)).toBe(0.25);
});

test('it converges to the share of accepted children by depth and rank, of those that were asked', () => {
  const acceptance = new RankAcceptance(options);
  const paths = [[0, 3], [0], [1, 4], []];
  for (let round = 0; round < 4000; round++)
    acceptance.observe({ parents, acceptedPath: paths[round % 4] as number[] });
  expect(acceptance.at(0, 0)).toBeCloseTo(2 / 4, 2);
  expect(acceptance.at(0, 1)).toBeCloseTo(1 / 2, 2);
  // Asked in the first three rounds: once the second child was accepted, once none, once the other node's first.
  expect(acceptance.at(1, 0)).toBeCloseTo(1 / 3, 2);
  expect(acceptance.at(1, 1)).toBeCloseTo(1 / 2, 2);
});

test('it forgets', () => {
  const acceptance = new RankAcceptance({ ...options, memory: 10 });
  for (let round = 0; round < 100; round++) acceptance.observe({ parents: [-1], acceptedPath: [0] });
  for (let round = 0; round < 100; round++) acceptance.observe({ parents: [-1], acceptedPath: [] });
  expect(acceptance.at(0, 0)).toBeLessThan(0.2);
});

test('counts that are added are as so many trees', () => {
  const added = new RankAcceptance({ ...options, memory: Number.POSITIVE_INFINITY });
  const observed = new RankAcceptance({ ...options, memory: Number.POSITIVE_INFINITY });
  for (let round = 0; round < 10; round++)
    observed.observe({ parents: [-1, -1], acceptedPath: round < 6 ? [0] : [] });
  added.add(0, 0, { tried: 10, accepted: 6 });
  added.add(0, 1, { tried: 4, accepted: 0 });
  for (const depth of [0, 1])
    for (const rank of [0, 1]) expect(added.at(depth, rank)).toBe(observed.at(depth, rank));
});
