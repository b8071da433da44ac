export { enumerateJointLaw, expectedCommitted, jointLaw, largestDifference } from './enumerate-joint-law.js';
export type { EnumeratedDrafting, TableLaw } from './enumerate-joint-law.js';
export { randomTable } from './random-table.js';
export type { TableKind } from './random-table.js';
export { createTableModel } from './table-model.js';
export type { TableModelOptions } from './table-model.js';
