import { chooseTreeShape, createRequestRandom, type TreeShape } from '@foretoken/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { acceptanceCounts, acceptanceEntry, treeEntries } from '../../testing/small-profile.js';
import type { TreeAcceptanceEntry } from '../profile/profile-schema.js';
import { acceptanceData } from './acceptance-data.js';
import { committedTokens } from './committed-tokens.js';
import { treeAcceptance } from './tree-acceptance.js';
import { treeCommittedTokens } from './tree-committed-tokens.js';

const seed = 20_261_128;
const depths = 4;
const ranks = 3;
const tables = fc.array(
  fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: ranks, maxLength: ranks }),
  { minLength: depths, maxLength: depths },
);
const entryOf = (shares: readonly (readonly number[])[]): TreeAcceptanceEntry =>
  treeEntries(1, shares).treeAcceptance[0] as TreeAcceptanceEntry;

/** Every shape that a dynamic programme finds, up to twelve nodes. */
function bestShape(shares: readonly (readonly number[])[], maximumTokens: number) {
  return chooseTreeShape({
    maximumTokens,
    maximumDepth: depths,
    maximumWidth: ranks,
    acceptance: (depth, rank) => shares[depth]?.[rank] as number,
    roundCost: ({ parents }) => 1 + 1e-9 * parents.length,
  });
}

describe('committed tokens of trees', () => {
  test('are those that the search for the best shape expects', () => {
    fc.assert(
      fc.property(tables, fc.integer({ min: 1, max: 12 }), (shares, nodes) => {
        const { shape, expectedCommitted } = bestShape(shares, nodes);
        const { mean } = treeCommittedTokens(treeAcceptance(entryOf(shares)), shape);
        expect(mean).toBeCloseTo(expectedCommitted, 6);
      }),
      { seed, numRuns: 100 },
    );
  });

  test('of trees without branches are those of chains, and as uncertain', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.05, max: 0.95, noNaN: true }), { minLength: 4, maxLength: 4 }),
        fc.integer({ min: 1, max: 4 }),
        (shares, length) => {
          const counts = acceptanceCounts(shares, 1_000_000);
          const chain = committedTokens(acceptanceData(acceptanceEntry(counts), false), length);
          const cells = counts.positions.map((bins) =>
            bins.map(({ reached, accepted }) => ({ reached, accepted })),
          );
          const tree = treeCommittedTokens(treeAcceptance({ ...entryOf([]), ranks: cells }), {
            parents: Array.from({ length }, (_, node) => node - 1),
          });
          expect(tree.mean).toBeCloseTo(chain.mean, 4);
          expect(tree.relativeDeviation).toBeCloseTo(chain.relativeDeviation, 4);
        },
      ),
      { seed },
    );
  });

  test('have an interval that holds the truth about as often as it says', () => {
    const random = createRequestRandom({ seed }).round(0);
    const truth = [
      [0.6, 0.4, 0.3],
      [0.7, 0.4, 0.3],
      [0.5, 0.3, 0.2],
    ];
    const shape: TreeShape = { parents: [-1, -1, -1, 0, 0, 1, 3, 3, 5] };
    const exact = treeCommittedTokens(treeAcceptance(entryOf(truth)), shape).mean;
    const runs = 400;
    let held = 0;
    let heldByHalf = 0;
    let draws = 0;
    for (let run = 0; run < runs; run++) {
      let parents = 300;
      const cells = truth.map((shares) => {
        let left = parents;
        parents = 0;
        return shares.map((share) => {
          const reached = left;
          let accepted = 0;
          for (let child = 0; child < reached; child++)
            if (random.uniform('accept', 0, -1, draws++) < share) accepted += 1;
          left -= accepted;
          parents += accepted;
          return { reached, accepted };
        });
      });
      const { mean, relativeDeviation } = treeCommittedTokens(
        treeAcceptance({ ...entryOf([]), ranks: cells }),
        shape,
      );
      const error = Math.abs(Math.log(mean / exact));
      if (error < 1.96 * relativeDeviation) held += 1;
      if (error < 0.98 * relativeDeviation) heldByHalf += 1;
    }
    // Of 400 intervals that hold with 0.95, fewer than 355 hold with probability 1e-6, all with 1e-9.
    expect(held).toBeGreaterThanOrEqual(355);
    expect(held).toBeLessThan(runs);
    // Half as wide they would hold with 0.67: 355 of 400 or more with a probability below 1e-20.
    expect(heldByHalf).toBeLessThan(355);
  });

  test('go on below what was counted as the mean of their rank', () => {
    const acceptance = treeAcceptance(entryOf([[0.8, 0.3], [0.6]]));
    expect(acceptance.at(0, 0).mean).toBeCloseTo(0.8, 6);
    expect(acceptance.at(5, 0).mean).toBeCloseTo(0.7, 6);
    expect(acceptance.at(1, 1).mean).toBeCloseTo(0.3, 6);
    expect(acceptance.widest).toBe(2);
  });
});
