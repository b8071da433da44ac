import { bestLength, evaluate } from '../prediction/evaluate-drafting.js';
import { acceptanceOf } from './acceptance-of.js';
import type { Candidate, Program, TargetChoice } from './program.js';

/** The objective's score of a drafter with the trees that it drafts, else at its best length, 0 included. */
export function candidateScore(program: Program, candidate: Candidate): number {
  const evaluation =
    candidate.tree?.evaluation ?? bestLength(candidate, program.pipeline, acceptanceOf(program, candidate));
  return evaluation?.score ?? Number.NEGATIVE_INFINITY;
}

/**
 * The score of a target with the best of its drafters, or with none.
 *
 * @param scoreOf of a drafter; default: `candidateScore`.
 */
export function targetScore(
  program: Program,
  target: TargetChoice,
  candidates: readonly Candidate[] = program.candidates,
  scoreOf: (candidate: Candidate) => number = (candidate) => candidateScore(program, candidate),
): number {
  const ofTarget = candidates.filter((candidate) => candidate.target === target);
  return Math.max(plainScore(program, target), ...ofTarget.map(scoreOf));
}

/** Of plain decoding with a target. */
export function plainScore({ pipeline }: Program, target: TargetChoice): number {
  return evaluate(target, pipeline, undefined, 0)?.score ?? Number.NEGATIVE_INFINITY;
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
