// Comparison of targets.
export type { ComparedRow, ComparedText } from './comparison/compare-rows.js';
export { compareRows } from './comparison/compare-rows.js';
export type {
  CompareTargetsOptions,
  ComparisonVerdict,
  GreedyAgreement,
  TargetComparison,
  TargetCosts,
} from './comparison/compare-targets.js';
export { compareTargets } from './comparison/compare-targets.js';
export type { RowDivergences } from './comparison/row-divergences.js';
export { rowDivergences } from './comparison/row-divergences.js';
