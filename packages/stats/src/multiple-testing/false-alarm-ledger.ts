import { requireInteger, requireProbability } from '../errors/require.js';
import { StatisticsError } from '../errors/statistics-error.js';

/** One kind of statistical check that a suite makes, and how often a correct program fails it. */
export interface FalseAlarmEntry {
  /** What is checked; unique in the ledger. */
  readonly name: string;
  /** Chance that one such check fails although nothing is wrong, 0 to 1. */
  readonly alpha: number;
  /** How many such checks the suite makes, at least 1. */
  readonly count: number;
}

/** All statistical checks of a suite with the chance that a correct program fails any of them. */
export interface FalseAlarmLedger {
  readonly entries: readonly FalseAlarmEntry[];
  /** Bound on the chance of one false alarm or more, the sum of alpha x count, at most 1. */
  readonly total: number;
  /** The alpha that one check of this name was given. Throws a StatisticsError for a name not listed. */
  alphaOf(name: string): number;
}

/**
 * Adds up a suite's false-alarm budget: the one place that says how often a correct program fails it.
 *
 * total = min(1, sum of alpha x count), Boole's inequality, so it holds however the checks depend on
 * each other. O(entries).
 *
 * @throws StatisticsError for an alpha outside 0 to 1, a count below 1, or a name listed twice.
 */
export function createFalseAlarmLedger(entries: readonly FalseAlarmEntry[]): FalseAlarmLedger {
  const alphas = new Map<string, number>();
  let total = 0;
  for (const { name, alpha, count } of entries) {
    requireProbability(alpha, `the alpha of "${name}"`);
    requireInteger(count, `the count of "${name}"`, 1);
    if (alphas.has(name)) {
      throw new StatisticsError(`"${name}" is listed twice; add up its count in one entry.`, {
        reason: 'mismatch',
        argument: 'entries',
        value: name,
        index: name,
      });
    }
    alphas.set(name, alpha);
    total += alpha * count;
  }
  return {
    entries: [...entries],
    total: Math.min(1, total),
    alphaOf(name) {
      const alpha = alphas.get(name);
      if (alpha === undefined) {
        throw new StatisticsError(`"${name}" is not in the ledger; add an entry with its alpha and count.`, {
          reason: 'mismatch',
          argument: 'name',
          value: name,
        });
      }
      return alpha;
    },
  };
}
