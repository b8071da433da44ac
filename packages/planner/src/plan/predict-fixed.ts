import { acceptanceOf } from '../passes/acceptance-of.js';
import { createProgram } from '../passes/create-program.js';
import { formats } from '../passes/formats.js';
import { permittedTrees } from '../passes/known-trees.js';
import { legality } from '../passes/legality.js';
import { placement } from '../passes/placement.js';
import type { Candidate, Program } from '../passes/program.js';
import { verificationRule } from '../passes/verification-rule.js';
import { parentsOfWidths } from '../measuring/parents-of-widths.js';
import type { PromptReadingCost } from '../prediction/after-reading.js';
import { longestDraft } from '../prediction/evaluate-drafting.js';
import { predictTree, type TreePrediction } from '../prediction/evaluate-tree.js';
import { predictSpeed } from '../prediction/predict-speed.js';
import { withoutDisturbed } from '../prediction/without-disturbed.js';
import type { CompilePlanOptions } from './compile-plan.js';

/** The speed is without what reading the prompt takes, which is told beside it (`afterReading`). */
export interface FixedPrediction extends TreePrediction, PromptReadingCost {}

/**
 * What the first drafter of a pipeline is predicted to give with drafts of a fixed length or shape, where a plan would place
 * it, whether or not it pays: a plan says nothing of drafters that do not.
 *
 * @param draft tokens a round, at least 1, or the children of every node of a tree by depth.
 * @returns undefined where the profile does not tell: of longer drafts and larger trees than were measured, and of trees
 *   where none were.
 * @throws what `compilePlan` throws.
 */
export function predictFixed(
  { pipeline, models, profile: measured }: CompilePlanOptions,
  draft: number | readonly number[],
): FixedPrediction | undefined {
  const { profile } = withoutDisturbed(measured);
  let program: Program = createProgram(pipeline, models, profile);
  for (const pass of [legality, formats, verificationRule, placement])
    ({ program } = pass.run(program, profile));
  const candidate = program.candidates.find(({ drafter }) => drafter === pipeline.drafters[0]);
  if (candidate === undefined) return undefined;
  const prediction =
    typeof draft === 'number' ? ofLength(program, candidate, draft) : ofTree(program, candidate, draft);
  if (prediction === undefined) return undefined;
  return {
    ...prediction,
    readingMilliseconds: acceptanceOf(program, candidate).readingMilliseconds,
    plainMilliseconds: candidate.costs.at(0, program.pipeline.limits?.contextTokens),
  };
}

function ofLength(program: Program, candidate: Candidate, length: number): TreePrediction | undefined {
  const data = acceptanceOf(program, candidate);
  if (length > longestDraft(candidate, program.pipeline, data)) return undefined;
  return predictSpeed(candidate, program.pipeline, data, length);
}

function ofTree(
  { pipeline }: Program,
  { trees, costs, energy }: Candidate,
  widths: readonly number[],
): TreePrediction | undefined {
  if (typeof trees === 'string') return undefined;
  const permitted = permittedTrees(pipeline, trees);
  if (typeof permitted === 'string') return undefined;
  const { acceptance } = permitted;
  const parents = parentsOfWidths(widths);
  return predictTree({ costs, energy, acceptance, treeCosts: trees.costs }, pipeline, { parents });
}
