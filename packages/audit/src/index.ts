// Is a speculative setup lossless?
export type { RuleProof } from './enumeration/prove-rule.js';
export { proveRule } from './enumeration/prove-rule.js';
export { runAudit } from './run/run-audit.js';
export type { AuditEngine, AuditGrammar, AuditOptions } from './run/audit-options.js';
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
export type { LossyDeviation } from './comparison/lossy-deviation.js';
export type { MeasureDeviationOptions } from './comparison/measure-deviation.js';
export { measureDeviation } from './comparison/measure-deviation.js';
export type { MeasureRoutingOptions, RoutingDeviation } from './comparison/measure-routing.js';
export { measureRouting } from './comparison/measure-routing.js';
export type { PositionDistances } from './comparison/position-distances.js';
export type { RowDivergences } from './comparison/row-divergences.js';
export { rowDivergences } from './comparison/row-divergences.js';
// Audits of running servers, and of any other source of draws.
export type {
  AuditEndpointOptions,
  Endpoint,
  EndpointAudit,
} from './endpoint/audit-endpoint.js';
export { auditEndpoint } from './endpoint/audit-endpoint.js';
export type {
  Draw,
  DrawnToken,
  DrawRequest,
  DrawSource,
  SourcePrompt,
  SourceSampling,
} from './endpoint/draw-source.js';
export type { SourceAuditOptions } from './endpoint/endpoint-options.js';
export type { EndpointFailure, EndpointVerdict } from './endpoint/endpoint-verdict.js';
export type { PairAudit } from './endpoint/paired/audit-pair.js';
export { auditPair } from './endpoint/paired/audit-pair.js';
export type { HomogeneityResult, WorstOutcome } from './endpoint/paired/homogeneity.js';
export type { PairedDistance } from './endpoint/paired/paired-distance.js';
export type { SequenceResult } from './endpoint/paired/sequence-test.js';
export type { EndpointKind } from './endpoint/protocols/endpoint-protocol.js';
export { endpointKinds } from './endpoint/protocols/endpoint-protocol.js';
export type { ReportedLaw, ReportedLawOptions, ReportedToken } from './endpoint/reported-law.js';
export { createReportedLaw } from './endpoint/reported-law.js';
export type { SampleAudit } from './endpoint/reported/audit-samples.js';
export { auditSamples } from './endpoint/reported/audit-samples.js';
export type { FirstTokenLaw as ReportedFirstTokenLaw } from './endpoint/reported/first-token-watch.js';
export type { HistoryResult } from './endpoint/reported/history-test.js';
export type { RankResult } from './endpoint/reported/rank-watch.js';
export type { WorstToken as ReportedWorstToken } from './endpoint/reported/worst-token.js';
