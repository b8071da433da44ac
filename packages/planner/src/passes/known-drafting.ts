import type { KnownDrafting } from '../prediction/combine-drafting.js';
import { acceptanceOf } from './acceptance-of.js';
import type { Candidate, Program } from './program.js';

/** A candidate as predictions take it. */
export function knownDrafting(program: Program, candidate: Candidate): KnownDrafting {
  const { costs, energy, tree } = candidate;
  return { costs, energy, data: acceptanceOf(program, candidate), tree: tree?.evaluation };
}
