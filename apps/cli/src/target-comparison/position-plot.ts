import type { TargetComparison } from '@foretoken/audit';
import type { TopLevelSpec } from 'vega-lite';
import { plotConfig, plotWidth } from '../page/plot-style.js';
import type { NamedComparison } from './compare-candidates.js';

const distances = [
  { field: 'totalVariation', title: 'total variation' },
  { field: 'kullbackLeibler', title: 'KL divergence, nats' },
  { field: 'jensenShannon', title: 'Jensen-Shannon, nats' },
] as const;

/** Orders of magnitude that a logarithmic axis shows; smaller distances, 0 among them, lie on its lower end. */
const decades = 4;
/** The top of an axis is no lower: what is below is rounding. */
const leastTop = 1e-9;

/** Distances by position, a panel each: of every candidate a line, and a band that is its interval over prompts. */
export function positionPlot(compared: readonly NamedComparison[], margin: number): TopLevelSpec {
  const names = [...new Set(compared.map(({ candidate }) => candidate))];
  return {
    config: plotConfig,
    vconcat: distances.map(({ field, title }) => {
      const values = valuesOf(compared, field);
      const top = values.reduce((largest, { upper }) => Math.max(largest, upper), leastTop);
      const scale = { type: 'log' as const, domain: [top * 10 ** -decades, top], clamp: true };
      return {
        width: plotWidth,
        height: 200,
        layer: [
          {
            data: { values },
            encoding: {
              x: {
                field: 'token',
                type: 'quantitative',
                title: 'token after the prompt',
                scale: { zero: false, nice: false },
              },
              color: {
                field: 'candidate',
                type: 'nominal',
                scale: { domain: names },
                title: null,
                legend: { orient: 'top', columns: 2, labelLimit: plotWidth / 2 },
              },
              detail: { field: 'index', type: 'nominal' },
            },
            layer: [
              {
                mark: { type: 'area', opacity: 0.2 },
                encoding: {
                  y: { field: 'lower', type: 'quantitative', scale, title },
                  y2: { field: 'upper' },
                },
              },
              {
                // The points show where there is but one position.
                mark: { type: 'line', strokeWidth: 1.5, point: { size: 9 } },
                encoding: { y: { field: 'estimate', type: 'quantitative', scale, title } },
              },
            ],
          },
          ...(field === 'totalVariation' && margin > 0
            ? [
                {
                  data: { values: [{ margin }] },
                  mark: { type: 'rule' as const, strokeDash: [4, 4], color: '#333333' },
                  encoding: { y: { field: 'margin', type: 'quantitative' as const, scale } },
                },
              ]
            : []),
        ],
      };
    }),
  };
}

function valuesOf(
  compared: readonly NamedComparison[],
  field: keyof TargetComparison['byPosition'][number] & (typeof distances)[number]['field'],
): { candidate: string; index: number; token: number; lower: number; estimate: number; upper: number }[] {
  return compared.flatMap(({ candidate, comparison }, index) =>
    comparison.byPosition.map(({ position, [field]: { lower, estimate, upper } }) => ({
      candidate,
      index,
      token: position + 1,
      lower,
      estimate,
      upper,
    })),
  );
}
