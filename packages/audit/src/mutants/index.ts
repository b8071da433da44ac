import { draftMutants } from './draft-mutants.js';
import { engineMutants } from './engine-mutants.js';
import type { Mutant } from './mutant.js';
import { randomMutants } from './random-mutants.js';
import { ruleMutants } from './rule-mutants.js';

export { halfPrecisionDraft, oneHotReport } from './draft-mutants.js';
export type { Mutant } from './mutant.js';
// What mutants are tried on, and what they are expected to show there.
export { enumerateLoop } from '../enumeration/enumerate-loop.js';
export type { LoopFaults } from '../enumeration/enumerate-loop.js';
export { firstDifferentPosition, marginalLaw, totalVariation } from '../enumeration/law.js';
export type { JointLaw } from '../enumeration/law.js';
export { tableDraws } from '../run/plan-audit.js';
export { auditOnTables } from '../tables/audit-on-tables.js';
export type { TablesAudit, TablesAuditOptions } from '../tables/audit-on-tables.js';
export { targetLaw } from '../tables/audit-table.js';
export type { AuditTable } from '../tables/audit-table.js';
export { maskedBattery, tableBattery, treeBattery } from '../tables/table-battery.js';

export { maskMutants } from './mask-mutants.js';
export { oneHotTreeReport, treeMutants } from './tree-mutants.js';

/** Every fault that sampling must find in chains. */
export const sampledMutants: readonly Mutant[] = [
  ...ruleMutants,
  ...draftMutants,
  ...randomMutants,
  ...engineMutants,
];
