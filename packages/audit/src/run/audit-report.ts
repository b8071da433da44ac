import type { SamplingSettings } from '@foretoken/core';
import type { RuleProof } from '../enumeration/prove-rule.js';
import type { TableAudit } from '../tables/audit-on-table.js';
import type { Verdict } from '../verdict/verdict.js';
import type { EngineReport } from './engine-report.js';

/** Everything an audit measured, and what it concludes. Plain data: JSON keeps all of it but infinities. */
export interface AuditReport {
  readonly formatVersion: 1;
  readonly seed: number;
  readonly sampling: SamplingSettings;
  readonly full: boolean;
  readonly seconds: number;
  /** True where it was cancelled: the verdict is the one so far. */
  readonly cancelled: boolean;
  /** Steps that ran out of their share of the time. */
  readonly cutShort: readonly string[];
  readonly verdict: Verdict;
  /** Layer 1, enumerated: one proof a rule. */
  readonly proofs: readonly RuleProof[];
  /** Layer 1, sampled: every rule and drafter on every table. */
  readonly tables: readonly TableAudit[];
  /** Layers 2 and 3. */
  readonly engines: readonly EngineReport[];
}
