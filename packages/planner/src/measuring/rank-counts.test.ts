import { expect, test } from 'vitest';
import { parentsOfWidths } from './parents-of-widths.js';
import { RankCounts } from './rank-counts.js';

/** <2, 2>: nodes 0 and 1 under the root, 2 and 3 under 0, 4 and 5 under 1. */
const parents = parentsOfWidths([2, 2]);

test('siblings behind an accepted one, and nodes off the path, are censored', () => {
  expect(parents).toEqual([-1, -1, 0, 0, 1, 1]);
  const counts = new RankCounts();
  // The root's second child, then its first.
  counts.observe(parents, [1, 4]);
  expect(counts.ranks()).toEqual([
    [
      { reached: 1, accepted: 0 },
      { reached: 1, accepted: 1 },
    ],
    [{ reached: 1, accepted: 1 }],
  ]);
  counts.observe(parents, []);
  expect(counts.ranks()[0]).toEqual([
    { reached: 2, accepted: 0 },
    { reached: 2, accepted: 1 },
  ]);
  expect(counts.ranks()[1]).toEqual([{ reached: 1, accepted: 1 }]);
});

test('counts of two texts add up to those of one over both', () => {
  const whole = new RankCounts();
  const parts = [new RankCounts(), new RankCounts()] as const;
  for (const [round, path] of [[0, 2], [], [1], [1, 5], [0]].entries()) {
    whole.observe(parents, path);
    parts[round % 2 === 0 ? 0 : 1].observe(parents, path);
  }
  const sum = new RankCounts(parts[0].ranks());
  sum.add(parts[1].ranks());
  expect(sum.ranks()).toEqual(whole.ranks());
});
