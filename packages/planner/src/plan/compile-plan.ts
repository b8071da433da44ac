import { deadDrafters } from '../passes/dead-drafters.js';
import { createProgram } from '../passes/create-program.js';
import { draftTrees } from '../passes/draft-trees.js';
import { drafterOrder } from '../passes/drafter-order.js';
import { fallback } from '../passes/fallback.js';
import { formats } from '../passes/formats.js';
import { legality } from '../passes/legality.js';
import { lengthTables } from '../passes/length-tables.js';
import { noSpeculation } from '../passes/no-speculation.js';
import { placement } from '../passes/placement.js';
import type { Pass } from '../passes/program.js';
import { verificationRule } from '../passes/verification-rule.js';
import type { PipelineModels } from '../passes/bind-models.js';
import type { Pipeline } from '../pipeline/pipeline-schema.js';
import type { Profile } from '../profile/profile-schema.js';
import { withoutDisturbed } from '../prediction/without-disturbed.js';
import { describePlan } from './describe-plan.js';
import type { Plan } from './plan-schema.js';

/** In the order in which they run. */
export const passes: readonly Pass[] = [
  legality,
  formats,
  verificationRule,
  draftTrees,
  deadDrafters,
  placement,
  lengthTables,
  drafterOrder,
  noSpeculation,
  fallback,
];

export interface CompilePlanOptions {
  readonly pipeline: Pipeline;
  /** Its model files, hashed. */
  readonly models: PipelineModels;
  readonly profile: Profile;
}

/**
 * Compiles a pipeline and a profile into a plan. Pure: the same input gives the same plan.
 *
 * @throws PlanningError where the profile does not hold the target, where nothing keeps the limits, or for an objective
 *   of what was not measured.
 */
export function compilePlan({ pipeline, models, profile: measured }: CompilePlanOptions): Plan {
  const { profile, left } = withoutDisturbed(measured);
  let program = createProgram(pipeline, models, profile);
  const decisions: Plan['decisions'] = left.map((text) => ({ pass: 'profile', text }));
  for (const pass of passes) {
    const result = pass.run(program, profile);
    program = result.program;
    decisions.push(...result.decisions.map((text) => ({ pass: pass.name, text })));
  }
  return describePlan(program, profile, decisions);
}
