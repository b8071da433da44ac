// Is a speculative setup lossless?
export type { RuleProof } from './enumeration/prove-rule.js';
export { proveRule } from './enumeration/prove-rule.js';
export { runAudit } from './run/run-audit.js';
export type { AuditEngine, AuditOptions } from './run/audit-options.js';
export type { AuditReport } from './run/audit-report.js';
export type { EngineReport } from './run/engine-report.js';
export type { AuditProgress } from './run/time-slices.js';
export type { LawPoint, LawResult, WorstCell } from './law/law-result.js';
export type { EngineAudit, EngineMode } from './engine/audit-on-engine.js';
export type { PlaceLaw } from './engine/place-watch.js';
export type { FirstTokenLaw } from './engine/first-token-watch.js';
export type { WorstToken } from './engine/worst-token.js';
export type { TableAudit } from './tables/audit-on-table.js';
export type { GreedyComparison, GreedyMismatch } from './numerics/compare-greedy-texts.js';
export type { PassDistance } from './numerics/measure-numerics.js';
export type { Bound, Failure, Verdict } from './verdict/verdict.js';
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
