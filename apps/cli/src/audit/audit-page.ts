import type { AuditReport } from '@foretoken/audit';
import { stripVTControlCharacters } from 'node:util';
import type { ProfileMachine } from '@foretoken/planner';
import { verdictLines } from '../output/audit-tables.js';
import { confidencePlot, placedLaws, pValuePlot, worstCellsPlot } from './audit-plots.js';
import { escapeHtml } from '../page/escape-html.js';
import { htmlPage, verdictBlock } from '../page/html-page.js';
import { htmlTable } from '../page/html-table.js';
import { renderPlot } from '../page/render-plot.js';

const outcomes = { equivalent: 'passed', 'not lossless': 'failed', 'not enough evidence': 'open' } as const;

/** One self-contained page: the verdict, what it rests on, and plots as SVG. */
export async function auditPage(report: AuditReport, on: ProfileMachine): Promise<string> {
  const { verdict, engines, seed, seconds } = report;
  const [pValues, confidence, worst] = await Promise.all(
    [pValuePlot(report), confidencePlot(report), worstCellsPlot(report)].map(renderPlot),
  );
  const [summary, ...details] = verdictLines(verdict).map(stripVTControlCharacters);
  return htmlPage(
    'Foretoken audit',
    `Foretoken audit: ${verdict.outcome}`,
    `${verdictBlock(outcomes[verdict.outcome], summary as string)}
${details.map((line) => `<p>${escapeHtml(line)}</p>`).join('\n')}
<p class="note">${escapeHtml(on.processor)}, ${on.cores} cores, Node ${escapeHtml(on.node)}. ${escapeHtml(engines.map(({ engine, target, draft }) => `${target}${draft === undefined ? '' : ` with ${draft}`} on ${engine}`).join('; '))}. Seed ${seed}, ${seconds.toFixed(0)} s${report.cancelled ? ', cancelled' : ''}.</p>
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
${numericsTable(report)}`,
  );
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
