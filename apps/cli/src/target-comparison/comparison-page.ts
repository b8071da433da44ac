import type { MemoryUse } from '@foretoken/core';
import type { ProfileMachine } from '@foretoken/planner';
import { escapeHtml } from '../page/escape-html.js';
import { htmlPage, verdictBlock } from '../page/html-page.js';
import { htmlTable } from '../page/html-table.js';
import { renderPlot } from '../page/render-plot.js';
import type { NamedComparison } from './compare-candidates.js';
import { distanceRows } from './comparison-rows.js';
import { positionPlot } from './position-plot.js';
import { verdictText } from './verdict-text.js';

const outcomes = { same: 'passed', different: 'failed', 'not enough evidence': 'open' } as const;

/** What the page tells, all of it as plain text. */
export interface ComparisonPage {
  /** As the user wrote it. */
  readonly reference: string;
  /** At least one. */
  readonly compared: readonly NamedComparison[];
  /** The first difference of every greedy text that differs, a line each. */
  readonly differences: readonly string[];
  readonly prompts: number;
  readonly margin: number;
  readonly confidence: number;
  readonly seed: number;
  readonly machine: ProfileMachine;
}

/** One self-contained page: verdicts, distances with their intervals, a plot by position as SVG, and costs. */
export async function comparisonPage(page: ComparisonPage): Promise<string> {
  const { reference, compared, differences, prompts, margin, confidence, seed, machine: on } = page;
  const title = `Foretoken compare: ${reference} against ${compared.map(({ candidate }) => candidate).join(' ')}`;
  const share = `${100 * confidence} %`;
  const positions = compared[0]?.comparison.positions ?? 0;
  return htmlPage(
    'May the target be replaced?',
    title,
    `<p>The reference is ${escapeHtml(reference)}: ${escapeHtml(compared[0]?.comparison.reference ?? '')}.</p>
${compared.map(({ candidate, comparison }) => verdictBlock(outcomes[comparison.verdict], `${candidate}: ${verdictText(comparison)}`)).join('\n')}
<p class="note">${escapeHtml(on.processor)}, ${on.cores} cores, ${escapeHtml(on.system)}, Node ${escapeHtml(on.node)}. Seed ${seed}, ${prompts} prompts, ${positions} positions.</p>
<h2>Distances</h2>
${distancesTable(compared)}
<p class="note">Means over all positions of what the reference wrote, with intervals over prompts at ${share}. Both models read the same tokens.</p>
<h2>Distances by position</h2>
${await renderPlot(positionPlot(compared, margin))}
<p class="note">Means over prompts; a band is an interval over prompts at ${share}, each for its own position. The dashed line is the margin, ${margin}, which is for the mean over all positions. The axes are logarithmic: distances too small for them, 0 among them, lie on the lower end.</p>
<h2>Costs</h2>
${costsTable(reference, compared)}
<p class="note">Tokens/s of plain greedy decoding, without reading the prompt; a candidate and the reference took turns, so compare them within a line.</p>
${differencesList(differences)}`,
  );
}

function distancesTable(compared: readonly NamedComparison[]): string {
  return htmlTable(
    ['', 'unit', ...compared.map(({ candidate }) => candidate)],
    distanceRows.map(({ name, unit, show }) => [
      name,
      unit,
      ...compared.map(({ comparison }) => show(comparison)),
    ]),
  );
}

function costsTable(reference: string, compared: readonly NamedComparison[]): string {
  const megabytes = ({ weights, cache, buffers }: MemoryUse): string[] =>
    [weights, cache, buffers, weights + cache + buffers].map((bytes) => (bytes / 1e6).toFixed(1));
  const [first] = compared;
  const rows = compared.map(({ candidate, comparison: { candidate: name, costs } }) => [
    candidate,
    name,
    costs.candidate.tokensPerSecond.toFixed(1),
    costs.reference.tokensPerSecond.toFixed(1),
    (costs.candidate.tokensPerSecond / costs.reference.tokensPerSecond).toFixed(2),
    ...megabytes(costs.candidate.memory),
  ]);
  if (first !== undefined) {
    const { reference: name, costs } = first.comparison;
    rows.unshift([reference, name, '', '', '', ...megabytes(costs.reference.memory)]);
  }
  return htmlTable(
    [
      'target',
      'model',
      'tokens/s',
      "the reference's",
      'ratio',
      'weights, MB',
      'cache, MB',
      'buffers, MB',
      'memory, MB',
    ],
    rows,
  );
}

function differencesList(differences: readonly string[]): string {
  if (differences.length === 0) return '<p>Every greedy text is identical.</p>';
  return `<h2>First differences of the greedy texts</h2>
<ul>
${differences.map((line) => `<li>${escapeHtml(line)}</li>`).join('\n')}
</ul>`;
}
