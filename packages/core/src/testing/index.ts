export { backendConformance } from './backend-conformance.js';
export type { BackendConformanceOptions } from './backend-conformance.js';
export { committedPerPass } from './committed-per-pass.js';
export type { FollowedText } from './committed-per-pass.js';
export { ConformanceFailure } from './conformance-case.js';
export type { ConformanceCase } from './conformance-case.js';
export { drafterConformance } from './drafter-conformance.js';
export type { DrafterConformanceOptions } from './drafter-conformance.js';
export { editTokens } from './edit-tokens.js';
export type { TokenEdits } from './edit-tokens.js';
export { enumerateJointLaw, expectedCommitted, jointLaw, largestDifference } from './enumerate-joint-law.js';
export type { EnumeratedDrafting, EnumeratedTrees, TableLaw } from './enumerate-joint-law.js';
export { hiddenStateRows } from './hidden-state-rows.js';
export { optimalRootAcceptance } from './optimal-acceptance.js';
export { randomTable } from './random-table.js';
export type { TableKind } from './random-table.js';
export { createSyntheticDrafter } from './synthetic-drafter.js';
export type { SyntheticDrafterOptions } from './synthetic-drafter.js';
export type { SiblingKind } from './sibling-law.js';
export { createSyntheticTreeDrafter } from './synthetic-tree-drafter.js';
export type { SyntheticTreeDrafterOptions } from './synthetic-tree-drafter.js';
export { createTableHead } from './table-head.js';
export type { TableHeadOptions } from './table-head.js';
export { createTableHeads } from './table-heads.js';
export { createTableModel } from './table-model.js';
export type { TableModelOptions } from './table-model.js';
export {
  blockStopsAtFirstFailure,
  bonusFromDraft,
  freshRedraw,
  literalDifference,
  resampleFromTarget,
  residualByRank,
} from './wrong-rules.js';
export {
  draftNotRenormalised,
  kSeqUndivided,
  replacedTriedAsRemoved,
  residualOfFirstSibling,
  sampleMatchLikeliest,
} from './wrong-tree-rules.js';
