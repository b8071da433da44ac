import { requireOneOf } from '../errors/require.js';
import { requireCountsByKey } from '../errors/require-counts.js';
import { usualMinimumExpected } from './asymptotic-test.js';
import { type AsymptoticIndependence, asymptoticIndependence } from './independence.js';
import type { IndependenceOptions } from './independence-test.js';

export interface JointHomogeneity extends Omit<AsymptoticIndependence, 'rows' | 'columns'> {
  /** Keys of the sequences in each cell that was compared, by falling total. */
  readonly cells: readonly (readonly string[])[];
}

/**
 * Do two samples of whole token sequences come from one joint law, whatever it is: with speculation against
 * without, say? Statistic, limit law and pooling: as chiSquareHomogeneityTest and gHomogeneityTest, over all
 * keys of both samples.
 *
 * O(keys log keys).
 *
 * @param first how often each sequence was observed in one sample, by key (see countSequences).
 * @param second the same for the other sample.
 * @param options.minimumExpected @defaultValue 5.
 * @throws StatisticsError for bad counts or options, or an empty sample.
 */
export function jointHomogeneityTest(
  first: ReadonlyMap<string, number>,
  second: ReadonlyMap<string, number>,
  options: IndependenceOptions = {},
): JointHomogeneity {
  const { statistic = 'chi-square', minimumExpected = usualMinimumExpected } = options;
  requireOneOf(statistic, 'statistic', ['chi-square', 'g']);
  requireCountsByKey(first, 'first');
  requireCountsByKey(second, 'second');
  const keys = [...new Set([...first.keys(), ...second.keys()])].toSorted();
  const table = [first, second].map((counts) => keys.map((key) => counts.get(key) ?? 0));
  const { rows: _, columns, ...tested } = asymptoticIndependence(statistic, table, minimumExpected, false);
  return { ...tested, cells: columns.map((members) => members.map((key) => keys[key] as string)) };
}
