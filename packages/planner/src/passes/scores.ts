import { bestLength, evaluate } from '../prediction/evaluate-drafting.js';
import { acceptanceOf } from './acceptance-of.js';
import type { Candidate, Program, TargetChoice } from './program.js';

/** The objective's score of a drafter with the trees that it drafts, else at its best length, 0 included. */
export function candidateScore(program: Program, candidate: Candidate): number {
  const evaluation =
    candidate.tree?.evaluation ?? bestLength(candidate, program.pipeline, acceptanceOf(program, candidate));
  return evaluation?.score ?? Number.NEGATIVE_INFINITY;
}

/** The score of a target with the best of its drafters, or with none. */
export function targetScore(
  program: Program,
  target: TargetChoice,
  candidates: readonly Candidate[] = program.candidates,
): number {
  const plain = evaluate(target, program.pipeline, undefined, 0)?.score ?? Number.NEGATIVE_INFINITY;
  const ofTarget = candidates.filter((candidate) => candidate.target === target);
  return Math.max(plain, ...ofTarget.map((candidate) => candidateScore(program, candidate)));
}

/** The one with the greatest score, the first of several. */
export function best<Item>(items: readonly Item[], score: (item: Item) => number): Item | undefined {
  let chosen: Item | undefined;
  let highest = Number.NEGATIVE_INFINITY;
  for (const item of items) {
    const value = score(item);
    if (chosen === undefined || value > highest) [chosen, highest] = [item, value];
  }
  return chosen;
}
