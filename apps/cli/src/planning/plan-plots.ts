import {
  acceptanceByPosition,
  formatText,
  type FrontierPoint,
  type Plan,
  type Profile,
} from '@foretoken/planner';
import type { TopLevelSpec } from 'vega-lite';
import type { MeasuredSpeed } from './measured-speeds.js';
import { plotConfig, plotWidth } from '../page/plot-style.js';

const legend = { orient: 'top' as const, columns: 2, labelLimit: plotWidth / 2 };

/** t(n) of every configuration, as measured: the steps are the kernels'. */
export function costCurvesPlot({ passCosts }: Profile): TopLevelSpec {
  const values = passCosts.flatMap(({ configuration, contextTokens, lengths, milliseconds }) => {
    const curve = `${configuration.model} after ${contextTokens} tokens, ${loadedAs(configuration)}`;
    return lengths.map((length, index) => ({ length, milliseconds: milliseconds[index] as number, curve }));
  });
  return {
    width: plotWidth,
    height: 280,
    config: plotConfig,
    data: { values },
    mark: { type: 'line', point: { size: 8 }, strokeWidth: 1 },
    encoding: {
      x: { field: 'length', type: 'quantitative', title: 'tokens of a pass' },
      y: { field: 'milliseconds', type: 'quantitative', title: 'milliseconds' },
      color: {
        field: 'curve',
        type: 'nominal',
        title: null,
        legend: { ...legend, columns: 1, labelLimit: plotWidth },
      },
    },
  };
}

function loadedAs(configuration: Profile['passCosts'][number]['configuration']): string {
  const { engine, threads } = configuration;
  // Without the package that the engine's library comes from.
  const on = engine.replace(/ \(.*\)$/, '');
  return `${formatText(configuration)} on ${on}${threads === null ? '' : `, threads ${threads}`}`;
}

/** How often a token is accepted whose predecessors were, as counted. */
export function acceptancePlot({ acceptance }: Profile): TopLevelSpec {
  const values = acceptance.flatMap((entry) => {
    const { drafter, rule, sampling, target, draft } = entry;
    const at = `${drafter} for ${target.model}, ${rule}, ${JSON.stringify(sampling)}, ${loadedAs(target)}${draft === null ? '' : `, drafted as ${loadedAs(draft)}`}`;
    return acceptanceByPosition(entry).map((share, position) => ({
      position: position + 1,
      share,
      drafter: at,
    }));
  });
  return {
    width: plotWidth,
    height: 220,
    config: plotConfig,
    data: { values },
    mark: { type: 'line', point: true, strokeWidth: 1.5 },
    encoding: {
      x: {
        field: 'position',
        type: 'quantitative',
        title: 'position in the draft',
        axis: { tickMinStep: 1 },
      },
      y: { field: 'share', type: 'quantitative', title: 'accepted', scale: { domain: [0, 1] } },
      color: {
        field: 'drafter',
        type: 'nominal',
        title: null,
        legend: { ...legend, columns: 1, labelLimit: plotWidth },
      },
    },
  };
}

/** Predicted speed over draft length, with its intervals; points where whole rounds were measured. */
export function speedPlot(
  { drafters, alternatives }: Plan,
  { roundCosts }: Profile,
  speeds: readonly MeasuredSpeed[],
): TopLevelSpec {
  const measured = new Set(roundCosts.flatMap(({ lengths }) => lengths));
  const values = [...drafters, ...alternatives].flatMap(({ name, predictions, costSource }) =>
    predictions.map(({ length, speedup }) => ({
      name,
      length,
      ...speedup,
      measured: costSource === 'rounds' && measured.has(length),
    })),
  );
  const x = { field: 'length', type: 'quantitative' as const, title: 'tokens drafted a round' };
  const y = { type: 'quantitative' as const, title: 'speed over plain decoding', scale: { zero: false } };
  const color = { field: 'name', type: 'nominal' as const, title: null, legend };
  return {
    width: plotWidth,
    height: 280,
    config: plotConfig,
    data: { values },
    layer: [
      {
        mark: { type: 'area', opacity: 0.15 },
        encoding: { x, y: { ...y, field: 'lower' }, y2: { field: 'upper' }, color },
      },
      { mark: { type: 'line', strokeWidth: 1.5 }, encoding: { x, y: { ...y, field: 'estimate' }, color } },
      {
        transform: [{ filter: 'datum.measured' }],
        mark: { type: 'point', filled: true, size: 40 },
        encoding: { x, y: { ...y, field: 'estimate' }, color },
      },
      {
        // What the controller chose has no one length.
        data: {
          values: speeds.flatMap(({ length, speedup }) =>
            length === 'auto' ? [] : [{ length, ...speedup, upper: speedup.upper ?? speedup.estimate }],
          ),
        },
        layer: [
          {
            mark: { type: 'rule', color: 'black' },
            encoding: { x, y: { ...y, field: 'lower' }, y2: { field: 'upper' } },
          },
          {
            mark: { type: 'point', shape: 'diamond', filled: true, color: 'black', size: 50 },
            encoding: { x, y: { ...y, field: 'estimate' } },
          },
        ],
      },
      {
        data: { values: [{ plain: 1 }] },
        mark: { type: 'rule', strokeDash: [4, 4], color: '#333333' },
        encoding: { y: { field: 'plain', type: 'quantitative' } },
      },
    ],
  };
}

/** Time against energy, and time against quality: a panel of each that was measured, else time alone. */
export function frontierPlot(points: readonly FrontierPoint[], energyTitle: string): TopLevelSpec {
  const panels = [
    { title: energyTitle, of: ({ joulesPerToken }: FrontierPoint) => joulesPerToken },
    { title: 'perplexity under the target', of: ({ quality }: FrontierPoint) => quality?.perplexity },
    { title: 'tasks solved', of: ({ quality }: FrontierPoint) => quality && quality.solved / quality.tasks },
  ].filter(({ of }) => points.some((point) => of(point) !== undefined));
  const alone = { title: 'neither energy nor quality was measured', of: () => 0 };
  return {
    config: plotConfig,
    vconcat: (panels.length > 0 ? panels : [alone]).map(({ title, of }) => {
      const values = points.flatMap((point) => {
        const height = of(point);
        const { name, kind, millisecondsPerToken: milliseconds } = point;
        return height === undefined ? [] : [{ name, kind, milliseconds, height }];
      });
      const x = { field: 'milliseconds', type: 'quantitative' as const, title: 'milliseconds a token' };
      const y = {
        field: 'height',
        type: 'quantitative' as const,
        title,
        scale: { zero: false, padding: 20 },
      };
      return {
        width: plotWidth,
        height: panels.length > 0 ? 180 : 60,
        data: { values },
        layer: [
          {
            mark: { type: 'point' as const, filled: true, size: 90 },
            encoding: { x, y, color: { field: 'kind', type: 'nominal' as const, title: null, legend } },
          },
          {
            mark: { type: 'text' as const, align: 'left' as const, dx: 8, dy: -8, fontSize: 10 },
            encoding: { x, y, text: { field: 'name', type: 'nominal' as const } },
          },
        ],
      };
    }),
  };
}
