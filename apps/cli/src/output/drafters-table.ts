import Table from 'cli-table3';
import type { Comparison } from '../benchmark/compare-runs.js';
import type { DraftLength } from '../options/draft-length.js';
import { speedupText } from './comparison-table.js';

/** One drafter at one draft length on one engine. */
export interface DrafterRow {
  readonly draft: string;
  readonly engine: string;
  readonly draftLength: DraftLength;
  readonly comparison: Comparison;
}

/** A line for every drafter, side by side. */
export function draftersTable(rows: readonly DrafterRow[]): string {
  const table = new Table({
    head: ['--draft', 'engine', 'draft length', 'tokens per pass', 'accepted', 'speculative / plain, 95 %'],
    style: { head: [], border: [] },
  });
  for (const { draft, engine, draftLength, comparison } of rows) {
    const { blockEfficiency, acceptanceRate } = comparison.speculative;
    table.push([
      draft,
      engine,
      String(draftLength),
      blockEfficiency.toFixed(2),
      Number.isNaN(acceptanceRate) ? 'nothing drafted' : acceptanceRate.toFixed(2),
      speedupText(comparison.speedup),
    ]);
  }
  return table.toString();
}
