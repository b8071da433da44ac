import type { RuleProof } from '../enumeration/prove-rule.js';
import type { AuditSettings } from '../run/audit-options.js';
import type { EngineReport } from '../run/engine-report.js';
import type { AuditPlan } from '../run/plan-audit.js';
import type { TableAudit } from '../tables/audit-on-table.js';
import { collectBounds } from './collect-bounds.js';
import { conclude } from './conclude.js';
import { findFailures } from './find-failures.js';
import type { Verdict } from './verdict.js';

/** What a verdict is made from. */
export interface Measured {
  readonly proofs: readonly RuleProof[];
  readonly tables: readonly TableAudit[];
  readonly engines: readonly EngineReport[];
}

export interface Evidence extends Measured {
  readonly alpha: AuditSettings['alpha'];
  readonly confidence: AuditSettings['confidence'];
  readonly margin: AuditSettings['margin'];
  readonly plan: Pick<AuditPlan, 'tests' | 'onTables' | 'onEngines' | 'idleEngines'> & {
    readonly draws: Pick<AuditPlan['draws'], 'reusedEach'>;
  };
  readonly cancelled: boolean;
  readonly cutShort: readonly string[];
}

/**
 * The verdict: not lossless where any test is rejected at alpha (Holm over all tests), equivalent where every planned part
 * is there and every bound is within the margin, otherwise not enough evidence.
 */
export function decide(evidence: Evidence): Verdict {
  const { alpha, confidence, margin, plan } = evidence;
  const failures = findFailures(evidence);
  const bounds = collectBounds(evidence);
  const missing = missingEvidence(evidence, bounds);
  return conclude(
    { alpha, confidence, margin, tests: plan.tests, bounds, failures, missing },
    ({ subject, where, layer, position, cause }) => {
      const from = position === undefined ? '' : `, from token ${position} on`;
      return `Not lossless: ${subject} (${where}, ${layer})${from}. Most likely cause: ${cause}.`;
    },
  );
}

function missingEvidence(evidence: Evidence, bounds: Verdict['bounds']): string[] {
  const { tables, engines, plan, margin } = evidence;
  const missing: string[] = [];
  if (evidence.cancelled) missing.push('the audit was cancelled');
  for (const audit of [...tables, ...engines.flatMap(({ audits }) => audits)]) {
    if (audit.error !== undefined) missing.push(`${audit.subject} failed: ${audit.error}`);
  }
  for (const name of plan.idleEngines)
    missing.push(`nothing was drawn on ${name}: none of the drafters has the models that it needs there`);
  for (const { name, errors } of engines) missing.push(...errors.map((error) => `${name}: ${error}`));
  if (new Set(tables.map(({ subject }) => subject)).size < plan.onTables.length)
    missing.push('not every rule and drafter was drawn on the tables');
  const drawn = engines.flatMap(({ audits }) => audits).filter(({ draws }) => draws > 0);
  if (drawn.length < plan.onEngines.length + plan.onEngines.filter(({ alone }) => alone).length)
    missing.push('not every rule and drafter was drawn on its engine');
  missing.push(...scarceSubjects(drawn, plan.draws.reusedEach));
  const wide = bounds.filter(({ upper }) => !(upper <= margin));
  const [widest] = wide.toSorted((left, right) => right.upper - left.upper);
  if (widest !== undefined) {
    missing.push(
      `${wide.length} of ${bounds.length} bounds are not below the margin ${margin}, the widest of ${widest.part}: below ${widest.upper.toFixed(3)} after ${widest.draws} draws`,
    );
  }
  const { cutShort } = evidence;
  // Alone it is no reason: bounds hold at every number of draws.
  if (missing.length > 0 && cutShort.length > 0)
    missing.push(`the time was too short for ${cutShort.length} steps`);
  return missing;
}

/** A bound spans an engine's subjects: few draws of one say nothing about that one. Own passes share what is drawn of them. */
function scarceSubjects(
  drawn: readonly EngineReport['audits'][number][],
  fewest: AuditPlan['draws']['reusedEach'],
): string[] {
  const scarce = drawn.filter(
    ({ mode, draws, error }) => mode === 'rows reused' && error === undefined && draws < fewest,
  );
  const [first] = scarce.toSorted((left, right) => left.draws - right.draws);
  return first === undefined
    ? []
    : [
        `${scarce.length} of the rules and drafters were drawn fewer than ${fewest} times, ${first.subject} on ${first.engine} ${first.draws} times`,
      ];
}
