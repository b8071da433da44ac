import type { DrafterFactory, VerificationRule } from '@foretoken/core';
import type { AuditSubject } from '../subject/audit-subject.js';
import { createSubject } from '../subject/create-subject.js';
import { decide } from '../verdict/decide.js';
import type { Verdict } from '../verdict/verdict.js';
import { auditOnTable, type TableAudit } from './audit-on-table.js';
import { type AuditTable, tableModels } from './audit-table.js';
import { tableBattery } from './table-battery.js';
import { tableTreeDrafter } from './table-tree-drafter.js';

export interface TablesAuditOptions {
  readonly rule: VerificationRule;
  /** What drafts on tables of chains; a table of trees has its own. */
  readonly drafter: DrafterFactory;
  /** What is done to the sound subject, for negative controls; default nothing. */
  readonly inject?: ((sound: AuditSubject) => AuditSubject) | undefined;
  readonly draws: number;
  readonly seed: number;
  readonly alpha: number;
  readonly confidence: number;
  readonly margin: number;
  /** Default: the whole battery. */
  readonly tables?: readonly AuditTable[] | undefined;
}

export interface TablesAudit {
  readonly verdict: Verdict;
  readonly audits: readonly TableAudit[];
}

/** The sampled half of layer 1 alone, for one rule and drafter: what mutants and exact rules are tried with. */
export async function auditOnTables(options: TablesAuditOptions): Promise<TablesAudit> {
  const { rule, drafter, inject = (subject) => subject, draws, seed, alpha, confidence, margin } = options;
  const { tables = tableBattery } = options;
  const audits: TableAudit[] = [];
  for (const table of tables) {
    const { sampling, draftLength } = table;
    const models = tableModels(table);
    const own = table.widths === undefined ? drafter : tableTreeDrafter(table);
    const sound = createSubject({ rule, drafter: own, models, sampling, draftLength, engine: 'tables' });
    const boundConfidence = 1 - (1 - confidence) / tables.length;
    audits.push(await auditOnTable(inject(sound), table, { draws, seed, confidence: boundConfidence }));
  }
  const tests = audits.reduce((sum, { laws }) => sum + laws.length, 0);
  const verdict = decide({
    proofs: [],
    tables: audits,
    engines: [],
    plan: {
      tests,
      onTables: [{ rule, drafter, engine: undefined, tables }],
      onEngines: [],
      idleEngines: [],
      draws: { reusedEach: 0 },
    },
    cancelled: false,
    cutShort: [],
    alpha,
    confidence,
    margin,
  });
  return { verdict, audits };
}
