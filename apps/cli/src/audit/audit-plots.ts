import type { AuditReport, LawResult } from '@foretoken/audit';
import type { TopLevelSpec } from 'vega-lite';
import { plotConfig, plotWidth } from '../page/plot-style.js';

/** A law with where it belongs. */
interface PlacedLaw {
  readonly layer: 'tables' | 'rows reused' | 'own passes';
  readonly subject: string;
  readonly law: LawResult;
}

const mostCells = 15;
const colours = { domain: ['tables', 'rows reused', 'own passes'], range: ['#4c78a8', '#f58518', '#54a24b'] };

/** Every law of an audit that was tested. */
export function placedLaws({ tables, engines }: AuditReport): PlacedLaw[] {
  return [
    ...tables.flatMap(({ subject, table, laws }) =>
      laws.map((law) => ({ layer: 'tables' as const, subject: `${subject}, ${table}`, law })),
    ),
    ...engines.flatMap(({ audits }) =>
      audits.flatMap(({ subject, mode, places, firstToken }) =>
        [...places, ...(firstToken === undefined ? [] : [firstToken])].map((law) => ({
          layer: mode,
          subject,
          law,
        })),
      ),
    ),
  ];
}

/** How the fixed-n p-values are distributed: flat where nothing is wrong. */
export function pValuePlot(report: AuditReport): TopLevelSpec {
  const values = placedLaws(report).flatMap(({ layer, law }) =>
    law.fixedP === undefined ? [] : [{ layer, p: law.fixedP }],
  );
  return {
    width: plotWidth,
    height: 180,
    config: plotConfig,
    data: { values },
    mark: 'bar',
    encoding: {
      x: { field: 'p', type: 'quantitative', bin: { extent: [0, 1], step: 0.05 }, title: 'p-value' },
      y: { aggregate: 'count', type: 'quantitative', title: 'tests' },
      color: { field: 'layer', type: 'nominal', scale: colours, title: null },
    },
  };
}

/** Upper and lower ends of the total variation while the draws came in, for the laws that the verdict bounds. */
export function confidencePlot(report: AuditReport): TopLevelSpec {
  const laws: PlacedLaw[] = [
    ...placedLaws(report).filter(({ law, layer }) => law.position === 3 && layer === 'tables'),
    ...report.engines.flatMap(({ name, reusedPlaces, ownPlaces }) => [
      ...reusedPlaces.map((law) => ({ layer: 'rows reused' as const, subject: name, law })),
      ...ownPlaces.map((law) => ({ layer: 'own passes' as const, subject: name, law })),
    ]),
  ];
  const values = laws.flatMap(({ layer, subject, law }) =>
    law.points.flatMap(({ count, lower, upper }) =>
      [upper, lower].map((distance, end) => ({
        layer,
        count,
        distance,
        line: `${subject}, ${law.name}, ${end === 0 ? 'upper' : 'lower'}`,
      })),
    ),
  );
  return {
    width: plotWidth,
    height: 260,
    config: plotConfig,
    layer: [
      {
        data: { values },
        mark: { type: 'line', strokeWidth: 1, opacity: 0.7 },
        encoding: {
          x: { field: 'count', type: 'quantitative', scale: { type: 'log' }, title: 'draws' },
          y: {
            field: 'distance',
            type: 'quantitative',
            scale: { domain: [0, 0.5], clamp: true },
            title: 'total variation, upper and lower end',
          },
          color: { field: 'layer', type: 'nominal', scale: colours, title: null },
          detail: { field: 'line', type: 'nominal' },
        },
      },
      {
        data: { values: [{ margin: report.verdict.margin }] },
        mark: { type: 'rule', strokeDash: [4, 4], color: '#333333' },
        encoding: { y: { field: 'margin', type: 'quantitative' } },
      },
    ],
  };
}

/** The cells that are furthest from their expectation, in standard deviations. */
export function worstCellsPlot(report: AuditReport): TopLevelSpec {
  const values = placedLaws(report)
    .flatMap(({ layer, subject, law }) => {
      const { worst } = law;
      return worst === undefined
        ? []
        : [{ layer, residual: worst.residual, cell: `${worst.cell} (${law.name}, ${subject})` }];
    })
    .toSorted((left, right) => Math.abs(right.residual) - Math.abs(left.residual))
    .slice(0, mostCells)
    // An impossible outcome has no finite residual to draw.
    .map((value) => ({ ...value, residual: Math.max(-100, Math.min(100, value.residual)) }));
  return {
    width: plotWidth / 2,
    config: plotConfig,
    data: { values },
    mark: 'bar',
    encoding: {
      x: { field: 'residual', type: 'quantitative', title: 'standard deviations from expectation' },
      y: { field: 'cell', type: 'nominal', sort: null, title: null, axis: { labelLimit: 1000 } },
      color: { field: 'layer', type: 'nominal', scale: colours, title: null },
    },
  };
}
