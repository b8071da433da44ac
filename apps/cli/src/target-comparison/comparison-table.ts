import Table from 'cli-table3';
import type { NamedComparison } from './compare-candidates.js';
import { type ComparisonRow, costRows, distanceRows } from './comparison-rows.js';
import { verdictText } from './verdict-text.js';

const bars = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

const byPosition: ComparisonRow = {
  name: 'total variation by position',
  unit: '',
  show: (comparison) => sparkline(comparison.byPosition.map(({ totalVariation }) => totalVariation.estimate)),
};

/** Every candidate against the reference, a column each. */
export function comparisonTable(reference: string, compared: readonly NamedComparison[]): string {
  const table = new Table({
    head: ['', `${reference} against`, ...compared.map(({ candidate }) => candidate)],
    style: { head: [], border: [] },
  });
  const verdicts = { name: 'verdict', unit: '', show: verdictText };
  for (const { name, unit, show } of [...distanceRows, byPosition, ...costRows, verdicts]) {
    table.push([name, unit, ...compared.map(({ comparison }) => show(comparison))]);
  }
  return table.toString();
}

/** Sixteen groups of positions, tall where the distance is large, on the scale of the largest. */
function sparkline(values: readonly number[]): string {
  const groups = Math.min(16, values.length);
  const means = Array.from({ length: groups }, (_, group) => {
    const start = Math.floor((group * values.length) / groups);
    const end = Math.floor(((group + 1) * values.length) / groups);
    const part = values.slice(start, end);
    return part.reduce((sum, value) => sum + value, 0) / part.length;
  });
  const largest = Math.max(...means);
  const height = (mean: number): number => (largest === 0 ? 0 : Math.round((mean / largest) * 7));
  return `${means.map((mean) => bars[height(mean)]).join('')} (highest ${largest.toPrecision(2)})`;
}
