import { requireOneOf } from '../errors/require.js';
import { requireCountsByKey } from '../errors/require-counts.js';
import { requireLawByKey } from '../errors/require-law-by-key.js';
import { asymptoticTest, usualMinimumExpected } from './asymptotic-test.js';
import type { Divergence } from './divergence.js';
import type { PoolingOptions } from './goodness-of-fit.js';

/** Stands in `members` for all keys that the law does not list. */
export const unlistedKey = 'unlisted';

/** A cell of a joint law: one sequence, or several that were pooled before looking at the counts. */
export interface JointCell {
  /** Keys of the sequences, by falling probability; `unlisted` for all that the law does not list. */
  readonly members: readonly string[];
  readonly observed: number;
  readonly expected: number;
}

export interface JointLawTest {
  /** The test statistic; Infinity where an impossible sequence was observed. */
  readonly statistic: number;
  /** Chance of a statistic at least as large under the law, 0 to 1; 0 where an impossible sequence was observed. */
  readonly pValue: number;
  /** Cells - 1. */
  readonly degreesOfFreedom: number;
  /** Sequences observed. */
  readonly count: number;
  /** The cells that were compared, by falling expectation. */
  readonly cells: readonly JointCell[];
  /** Probability of the sequences that were pooled with others, 0 to 1. */
  readonly pooledProbability: number;
  /** Observed sequences of probability 0. */
  readonly impossible: readonly { readonly key: string; readonly observed: number }[];
}

export interface JointLawOptions extends PoolingOptions {
  /** `chi-square` (default) or `g`. */
  readonly statistic?: Divergence | undefined;
  /**
   * What a key that the law does not list is. `impossible` (default): of probability 0, and the law must sum to 1
   * within 1e-9. `cell`: all of them are one cell, with the probability that the listed ones leave; the law may then hold
   * only the likely sequences, chosen before looking at the counts.
   */
  readonly unlisted?: 'impossible' | 'cell' | undefined;
}

/**
 * Goodness of fit of whole token sequences: do they follow a known joint law? Right marginals with wrong
 * dependence, such as a stale cache after a rejection leaves, show only here.
 *
 * Statistic, limit law and pooling: as chiSquareTest and gTest, over keys instead of indices.
 *
 * O(keys log keys).
 *
 * @param counts how often each sequence was observed, by key (see countSequences).
 * @param law probability of each sequence, by key.
 * @param options.minimumExpected @defaultValue 5.
 * @throws StatisticsError for bad counts, probabilities or options, a law that does not sum to 1 (above 1,
 *   where `unlisted` is `cell`), or no observation.
 */
export function jointLawTest(
  counts: ReadonlyMap<string, number>,
  law: ReadonlyMap<string, number>,
  options: JointLawOptions = {},
): JointLawTest {
  const {
    statistic = 'chi-square',
    minimumExpected = usualMinimumExpected,
    unlisted = 'impossible',
  } = options;
  requireOneOf(statistic, 'statistic', ['chi-square', 'g']);
  requireOneOf(unlisted, 'unlisted', ['impossible', 'cell']);
  requireCountsByKey(counts, 'counts');
  const { keys, probabilities } = listLaw(law, counts, unlisted);
  const observed = keys.map((key) => counts.get(key) ?? 0);
  if (unlisted === 'cell') {
    observed[keys.length - 1] = [...counts].reduce(
      (sum, [key, count]) => (law.has(key) ? sum : sum + count),
      0,
    );
  }
  const tested = asymptoticTest(statistic, observed, probabilities, minimumExpected);
  return {
    ...tested,
    cells: tested.cells.map((cell) => ({ ...cell, members: cell.members.map((key) => keys[key] as string) })),
    impossible: tested.impossible.map((cell) => ({
      key: keys[cell.cell] as string,
      observed: cell.observed,
    })),
  };
}

/** The law as lists: observed keys that it lacks get probability 0, or one cell for all of them comes last. */
function listLaw(
  law: ReadonlyMap<string, number>,
  counts: ReadonlyMap<string, number>,
  unlisted: 'impossible' | 'cell',
): { readonly keys: readonly string[]; readonly probabilities: readonly number[] } {
  const rest = requireLawByKey(law, 'law', unlisted === 'cell');
  const keys = [...law.keys()];
  const probabilities = [...law.values()];
  if (unlisted === 'cell') {
    return { keys: [...keys, unlistedKey], probabilities: [...probabilities, rest] };
  }
  const missing = [...counts].filter(([key, count]) => count > 0 && !law.has(key)).map(([key]) => key);
  return {
    keys: [...keys, ...missing],
    probabilities: [...probabilities, ...missing.map(() => 0)],
  };
}
