import { draftMutants } from './draft-mutants.js';
import { engineMutants } from './engine-mutants.js';
import type { Mutant } from './mutant.js';
import { randomMutants } from './random-mutants.js';
import { ruleMutants } from './rule-mutants.js';

export { halfPrecisionDraft, oneHotReport } from './draft-mutants.js';
export type { Mutant } from './mutant.js';

/** Every fault that sampling must find. */
export const sampledMutants: readonly Mutant[] = [
  ...ruleMutants,
  ...draftMutants,
  ...randomMutants,
  ...engineMutants,
];
