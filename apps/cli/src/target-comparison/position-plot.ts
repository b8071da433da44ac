import type { TopLevelSpec } from 'vega-lite';
import { plotConfig, plotWidth } from '../page/plot-style.js';
import type { NamedComparison } from './compare-candidates.js';

const distances = [
  // The others go as the square of the total variation, so their axes are twice as deep.
  { field: 'totalVariation', title: 'total variation', decades: 3 },
  { field: 'kullbackLeibler', title: 'KL divergence, nats', decades: 6 },
  { field: 'jensenShannon', title: 'Jensen-Shannon, nats', decades: 6 },
] as const;

/** The top of an axis is no lower: what is below is rounding. */
const leastTop = 1e-9;

/** Distances by position, a panel each: of every candidate a line, and a band that is its interval over prompts. */
export function positionPlot(compared: readonly NamedComparison[], margin: number): TopLevelSpec {
  const names = [...new Set(compared.map(({ candidate }) => candidate))];
  const axis = { tickCount: 6 };
  return {
    config: plotConfig,
    vconcat: distances.map(({ field, title, decades }) => {
      const values = valuesOf(compared, field);
      const margins = field === 'totalVariation' ? [margin] : [];
      const top = Math.max(leastTop, ...margins, ...values.map(({ upper }) => upper));
      const bottom = top * 10 ** -decades;
      // Smaller distances, 0 among them, lie on the lower end.
      const scale = { type: 'log' as const, domain: [bottom, top], clamp: true };
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
                axis: { tickMinStep: 1, format: 'd' },
                scale: { zero: false, nice: false },
              },
              color: {
                field: 'candidate',
                type: 'nominal',
                scale: { domain: names },
                title: null,
                legend: { orient: 'top', columns: 2, symbolOpacity: 1, labelLimit: plotWidth / 2 },
              },
              detail: { field: 'index', type: 'nominal' },
            },
            layer: [
              {
                mark: { type: 'area', opacity: 0.2 },
                encoding: {
                  y: { field: 'lower', type: 'quantitative', scale, axis, title },
                  y2: { field: 'upper' },
                },
              },
              {
                // The points show where there is but one position.
                mark: { type: 'line', strokeWidth: 1.5, point: { size: 9 } },
                encoding: { y: { field: 'estimate', type: 'quantitative', scale, axis, title } },
              },
            ],
          },
          {
            data: { values: margins.filter((at) => at >= bottom).map((at) => ({ margin: at })) },
            mark: { type: 'rule', strokeDash: [4, 4], color: '#333333' },
            encoding: { y: { field: 'margin', type: 'quantitative', scale } },
          },
        ],
      };
    }),
  };
}

function valuesOf(
  compared: readonly NamedComparison[],
  field: (typeof distances)[number]['field'],
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
