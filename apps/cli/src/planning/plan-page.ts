import {
  answers,
  frontierOf,
  type Plan,
  type PowerModel,
  type Profile,
  type Quality,
} from '@foretoken/planner';
import { escapeHtml } from '../page/escape-html.js';
import { htmlPage, verdictBlock } from '../page/html-page.js';
import { htmlTable } from '../page/html-table.js';
import { renderPlot } from '../page/render-plot.js';
import { metersText } from '../output/meters-text.js';
import type { MeasuredSpeed } from './measured-speeds.js';
import { predictedOf } from './predicted-speed.js';
import { acceptancePlot, costCurvesPlot, frontierPlot, speedPlot } from './plan-plots.js';

export interface PlanPage {
  readonly plan: Plan;
  readonly profile: Profile;
  /** By model; undefined: not measured. */
  readonly qualities: ReadonlyMap<string, Quality> | undefined;
  /** Of foretoken bench --plan; empty: not measured. */
  readonly measured: readonly MeasuredSpeed[];
  /** That the plan was made with. */
  readonly powerModel: PowerModel | undefined;
}

/** One self-contained page: the answers, the frontier, predicted speeds, cost curves, acceptance, and every decision. */
export async function planPage(page: PlanPage): Promise<string> {
  const { plan, profile, qualities, measured, powerModel } = page;
  const points = frontierOf(plan, profile, { qualities, powerModel });
  const energyTitle = energyTitleOf(plan);
  const [frontier, speed, costs, acceptance] = await Promise.all(
    [
      frontierPlot(points, energyTitle),
      speedPlot(plan, profile, measured),
      costCurvesPlot(profile),
      acceptancePlot(profile),
    ].map(renderPlot),
  );
  const { machine } = profile;
  const [pairing, ...others] = answers(plan, points);
  return htmlPage(
    'Foretoken plan',
    `Foretoken plan: ${plan.target.model}`,
    `${verdictBlock(plan.target.isOther ? 'open' : 'passed', pairing as string)}
${others.map((line) => `<p>${escapeHtml(line)}</p>`).join('\n')}
<p class="note">${escapeHtml(machine.processor)}, ${machine.cores} cores, Node ${escapeHtml(machine.node)}. Objective ${escapeHtml(JSON.stringify(plan.objective))}, sampling ${escapeHtml(JSON.stringify(plan.sampling))}.</p>
<h2>Time, energy and quality</h2>
${frontier}
${frontierTable(points, energyTitle)}
<p class="note">Speculation has the quality of the target: its rule is exact. Perplexity is that of a model's own texts under the target, and a task is a built-in beginning of a function, solved where it is closed with every bracket in its place; both are measured with --measure-quality. Energy is of the passes alone; meters: ${escapeHtml(metersText(profile.energy))}.</p>
<h2>Predicted speed over draft length</h2>
${speed}
<p class="note">Bands are intervals at ${100 * plan.confidence} %: the counts' Beta posteriors to first order, and the spread of repeated cost measurements. Points: whole rounds of that length were measured.${measured.length === 0 ? ' foretoken bench --plan measures speeds, and --measured shows them here.' : ' Black: speeds that foretoken bench measured, with intervals at 95 % over prompts.'}</p>
${measured.length === 0 ? '' : measuredTable(plan, measured)}
<h2>Pass costs</h2>
${costs}
<h2>Acceptance by position</h2>
${acceptance}
<p class="note">Of a token whose predecessors were accepted. Tokens after the first rejection count nowhere.</p>
<h2>Decisions</h2>
${htmlTable(
  ['pass', 'decision'],
  plan.decisions.map(({ pass, text }) => [pass, text]),
)}`,
  );
}

function measuredTable(plan: Plan, measured: readonly MeasuredSpeed[]): string {
  return htmlTable(
    ['tokens drafted a round', 'predicted', 'measured', 'predicted / measured'],
    measured.map(({ length, tokens, speedup }) => {
      const predicted = predictedOf(plan, { planned: plan.drafters, draftLength: length, tokens });
      return [
        String(length),
        predicted?.estimate ?? 'not predicted',
        speedup.estimate,
        predicted === undefined ? '' : predicted.estimate / speedup.estimate,
      ];
    }),
  );
}

/** What the frontier's joules are: readings and estimates never stand in one column. */
function energyTitleOf({ energy }: Plan): string {
  return energy?.kind === 'estimated'
    ? `joules a token, ESTIMATED by ${energy.source}, not measured`
    : 'joules a token';
}

function frontierTable(points: ReturnType<typeof frontierOf>, energyTitle: string): string {
  return htmlTable(
    [
      '',
      'what decodes',
      'ms a token',
      'tokens/s',
      energyTitle,
      'perplexity under the target',
      'tasks solved',
    ],
    points.map(({ kind, name, millisecondsPerToken, joulesPerToken, quality }) => [
      kind,
      name,
      millisecondsPerToken,
      1000 / millisecondsPerToken,
      joulesPerToken ?? 'not measured',
      quality?.perplexity ?? 'not measured',
      quality === undefined ? 'not measured' : `${quality.solved} of ${quality.tasks}`,
    ]),
  );
}
