import { requireCounts, requireSameLength } from '../errors/require-counts.js';
import { requireLaw } from '../errors/require-law.js';
import type { GoodnessOfFit, ImpossibleCell, TestedCell } from './goodness-of-fit.js';
import { poolCells } from './pool-cells.js';

/** What a test reports apart from its statistic. */
export type TestedCells = Omit<GoodnessOfFit, 'statistic' | 'pValue'>;

/** Checks counts and law, and pools their cells. O(n log n). */
export function testedCells(
  counts: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  minimumExpected: number,
): TestedCells {
  requireSameLength(counts, 'counts', probabilities, 'probabilities');
  requireLaw(probabilities, 'probabilities');
  const count = requireCounts(counts, 'counts');
  const expected = Float64Array.from(probabilities, (probability) => probability * count);
  const { groups, impossible, pooledShare } = poolCells(expected, minimumExpected);
  const sumOf = (members: readonly number[], values: ArrayLike<number>): number =>
    members.reduce((sum, cell) => sum + (values[cell] as number), 0);
  const cells = groups.map(
    (members): TestedCell => ({
      members,
      observed: sumOf(members, counts),
      expected: sumOf(members, expected),
    }),
  );
  const seen = impossible
    .map((cell): ImpossibleCell => ({ cell, observed: counts[cell] as number }))
    .filter(({ observed }) => observed > 0);
  return { count, cells, pooledProbability: pooledShare, impossible: seen };
}
