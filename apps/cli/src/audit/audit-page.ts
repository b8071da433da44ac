import type { AuditReport } from '@foretoken/audit';
import { stripVTControlCharacters } from 'node:util';
import type { machine } from '../output/machine.js';
import { verdictLines } from '../output/audit-tables.js';
import { confidencePlot, placedLaws, pValuePlot, worstCellsPlot } from './audit-plots.js';
import { renderPlot } from './render-plot.js';

const style = `
body { font: 15px/1.5 system-ui, sans-serif; max-width: 1040px; margin: 2rem auto; padding: 0 1rem; color: #222; background: #fff; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
.verdict { border-left: 6px solid; padding: .6rem 1rem; background: #f6f6f6; }
.equivalent { border-color: #2e7d32; } .not-lossless { border-color: #c62828; } .not-enough-evidence { border-color: #f9a825; }
table { border-collapse: collapse; font-size: .85rem; } th, td { text-align: left; padding: .15rem .7rem .15rem 0; border-bottom: 1px solid #ddd; vertical-align: top; }
td.number { text-align: right; font-variant-numeric: tabular-nums; } p.note { color: #555; max-width: 70ch; } svg { max-width: 100%; height: auto; }
`;

/** One self-contained page: the verdict, what it rests on, and plots as SVG. */
export async function auditPage(report: AuditReport, on: ReturnType<typeof machine>): Promise<string> {
  const { verdict, engines, seed, seconds } = report;
  const [pValues, confidence, worst] = await Promise.all(
    [pValuePlot(report), confidencePlot(report), worstCellsPlot(report)].map(renderPlot),
  );
  const [summary, ...details] = verdictLines(verdict).map(stripVTControlCharacters);
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Foretoken audit: ${escaped(verdict.outcome)}</title>
<style>${style}</style>
<h1>Foretoken audit</h1>
<div class="verdict ${verdict.outcome.replaceAll(' ', '-')}"><strong>${escaped(summary as string)}</strong></div>
${details.map((line) => `<p>${escaped(line)}</p>`).join('\n')}
<p class="note">${escaped(on.processor)}, ${on.cores} cores, Node ${escaped(on.node)}. ${escaped(engines.map(({ engine, target, draft }) => `${target}${draft === undefined ? '' : ` with ${draft}`} on ${engine}`).join('; '))}. Seed ${seed}, ${seconds.toFixed(0)} s${report.cancelled ? ', cancelled' : ''}.</p>
<h2>Total variation while the draws came in</h2>
${confidence}
<p class="note">Both ends of every bound that the verdict rests on; they hold at every number of draws. The dashed line is the margin. A distance over a partition is a lower bound of the full one.</p>
<h2>p-values</h2>
${pValues}
<p class="note">G tests, of the laws that reached their planned number of draws: ${placedLaws(report).filter(({ law }) => law.fixedP !== undefined).length} of ${verdict.tests}. Flat where nothing is wrong; laws of the first one, two and three tokens depend on each other.</p>
<h2>Worst cells</h2>
${worst}
<h2>Bounds</h2>
${boundsTable(report)}
<h2>Every test</h2>
${lawsTable(report)}
<h2>Numerics</h2>
${numericsTable(report)}
</html>
`;
}

function boundsTable({ verdict }: AuditReport): string {
  return htmlTable(
    ['part', 'partition', 'draws', 'lower', 'upper'],
    verdict.bounds.map(({ part, partition, draws, lower, upper }) => [part, partition, draws, lower, upper]),
  );
}

function lawsTable(report: AuditReport): string {
  return htmlTable(
    ['subject', 'layer', 'law', 'cells', 'draws', 'G test p', 'any-time p', 'log evidence', 'worst cell'],
    placedLaws(report).map(({ subject, layer, law }) => [
      subject,
      layer,
      law.name,
      law.probabilities.length,
      law.count,
      law.fixedP ?? '',
      law.sequentialP,
      law.logEvidence,
      law.worst === undefined
        ? ''
        : `${law.worst.cell}: ${law.worst.observed}, ${law.worst.expected.toFixed(1)} expected`,
    ]),
  );
}

function numericsTable({ engines }: AuditReport): string {
  return htmlTable(
    ['engine', 'tokens of a pass', 'log-probability', 'total variation', 'mean total variation', 'mean KL'],
    engines.flatMap(({ name, passDistances }) =>
      passDistances.map((distance) => [
        name,
        distance.tokens,
        distance.logProbability,
        distance.largestTotalVariation,
        distance.meanTotalVariation,
        distance.meanDivergence,
      ]),
    ),
  );
}

function htmlTable(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const cell = (value: string | number): string =>
    typeof value === 'number' ? `<td class="number">${numberText(value)}</td>` : `<td>${escaped(value)}</td>`;
  return `<table><tr>${head.map((title) => `<th>${escaped(title)}</th>`).join('')}</tr>
${rows.map((row) => `<tr>${row.map(cell).join('')}</tr>`).join('\n')}</table>`;
}

function numberText(value: number): string {
  if (Number.isInteger(value) || !Number.isFinite(value)) return String(value);
  return Math.abs(value) < 0.001 ? value.toExponential(1) : value.toFixed(3);
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
