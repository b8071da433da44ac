import Table from 'cli-table3';
import type { EngineComparison } from '../benchmark/compare-engines.js';
import { ratioText } from '../benchmark/summary.js';

/** Every pair of engines, a line each. */
export function enginesTable(results: readonly EngineComparison[]): string {
  const [first] = results;
  const table = new Table({
    head: [
      'target',
      'draft',
      'plain tokens/s',
      'tokens per pass',
      'speculative / plain',
      'plain and speculative identical',
      `text as on ${first?.target}`,
    ],
    style: { head: [], border: [] },
  });
  for (const { target, draft, comparison, sameText } of results) {
    const prompts = comparison.ratio.count;
    table.push([
      target,
      draft,
      comparison.plain.tokensPerSecond.median.toFixed(1),
      comparison.speculative.blockEfficiency.toFixed(2),
      ratioText(comparison.ratio),
      `${comparison.identical} of ${prompts}`,
      `${sameText} of ${prompts}`,
    ]);
  }
  return table.toString();
}
