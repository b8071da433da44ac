import { bestLength, evaluate, requiredGain } from '../prediction/evaluate-drafting.js';
import { evaluateTree } from '../prediction/evaluate-tree.js';
import type { Pipeline } from '../pipeline/pipeline-schema.js';
import { acceptanceOf } from './acceptance-of.js';
import type { Candidate, Pass, Program, ScheduledDrafter } from './program.js';

/** Sequences at once that are looked at. */
const sequenceCounts = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32];

/** Says where not to speculate: below which acceptance, at which context lengths, from how many sequences at once. */
export const noSpeculation: Pass = {
  name: 'no-speculation',
  run(program) {
    const drafters = program.drafters ?? [];
    const decisions: string[] = [];
    const belowAcceptance = drafters.map(({ candidate, table }) => {
      // Its trees are left alone by what their rounds commit.
      if (candidate.tree !== undefined) return null;
      const first = table.lengths.findIndex((length) => length > 0);
      return first < 0 ? null : (table.acceptance[first] as number);
    });
    for (const [index, { candidate }] of drafters.entries()) {
      const below = belowAcceptance[index];
      if (below !== null && below !== undefined)
        decisions.push(
          `${candidate.label} does not draft while its conditional acceptance is below ${below.toFixed(2)}`,
        );
      if (candidate.tree !== undefined)
        decisions.push(`${candidate.label} does not draft while its trees commit too few tokens to pay`);
    }
    const contexts = [...new Set(drafters.flatMap(({ candidate }) => candidate.costs.contexts))].toSorted(
      (left, right) => left - right,
    );
    const contextTokens = contexts.filter((tokens) => !anyPays(program, { contextTokens: tokens }));
    if (contexts.length > 0)
      decisions.push(
        contextTokens.length === 0
          ? `it pays with ${contexts.join(' and ')} tokens of context`
          : `it does not pay with ${contextTokens.join(' and ')} tokens of context, of ${contexts.join(', ')} measured`,
      );
    const fromSequences = breakEven(program);
    if (drafters.length > 0) decisions.push(sequencesText(program, fromSequences));
    if (drafters.length === 0) decisions.push('everywhere: nothing drafts');
    return {
      program: { ...program, noSpeculation: { belowAcceptance, contextTokens, fromSequences } },
      decisions,
    };
  },
};

function sequencesText(program: Program, fromSequences: number | null): string {
  const known = sequenceCounts.filter((count) => isKnown(program, count)).at(-1) ?? 1;
  if (fromSequences === null)
    return known === 1
      ? 'passes of several sequences at once were not measured'
      : `it pays for up to ${known} sequences in one pass, as far as passes were measured`;
  return fromSequences === 1
    ? 'it does not pay in passes of one sequence or of more'
    : `it does not pay from ${fromSequences} sequences in one pass on`;
}

/** The fewest sequences at once with which no drafter pays, among those whose passes are known. */
function breakEven(program: Program): number | null {
  for (const sequences of sequenceCounts) {
    if (!isKnown(program, sequences)) return null;
    if (!anyPays(program, { sequences }, { throughput: 1 })) return sequences;
  }
  return null;
}

/** Whether drafts of at least one token were measured for so many sequences. */
function isKnown({ drafters = [] }: Program, sequences: number): boolean {
  return drafters.some(({ candidate }) => candidate.costs.together(1, sequences) !== undefined);
}

function anyPays(
  program: Program,
  limits: Pipeline['limits'],
  objective: Pipeline['objective'] = program.pipeline.objective,
): boolean {
  const pipeline = { ...program.pipeline, objective, limits: { ...program.pipeline.limits, ...limits } };
  const pays = ({ candidate }: ScheduledDrafter): boolean =>
    treePays(pipeline, candidate) ||
    (bestLength(candidate, pipeline, acceptanceOf(program, candidate))?.length ?? 0) > 0;
  return (program.drafters ?? []).some(pays);
}

/** Whether the trees that it drafts pay within other limits, as far as that is known. */
function treePays(pipeline: Pipeline, { tree, costs, energy }: Candidate): boolean {
  const evaluation = tree && evaluateTree(tree.drafting, pipeline, tree.shape);
  const plain = evaluate({ costs, energy }, pipeline, undefined, 0);
  if (evaluation === undefined || plain === undefined) return false;
  return evaluation.score >= plain.score + Math.log(requiredGain);
}
