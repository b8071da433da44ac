import { verificationRules } from '@foretoken/core';
import { PlanFileError } from '../errors/plan-file-error.js';
import { parseDocument } from '../files/parse-document.js';
import { type Plan, type PlannedDrafter, planSchema, planVersion } from './plan-schema.js';

/**
 * A plan from the text of a file.
 *
 * @throws PlanFileError for text that is not JSON, a document of another kind or version, and fields that are wrong or
 *   contradict each other; the message says where.
 */
export function parsePlan(text: string, file: string): Plan {
  return parseDocument(text, {
    format: 'foretoken-plan',
    version: planVersion,
    schema: planSchema,
    findContradictions,
    fail: (problem, cause) =>
      new PlanFileError(`${file} is no plan: ${problem}. Make it anew with foretoken plan.`, { file, cause }),
  });
}

/** What no schema says: lists that belong together, models and rules that are named. */
function findContradictions(plan: Plan): string[] {
  const problems: string[] = [];
  const requireModel = (place: string, model: string): void => {
    if (plan.models[model] === undefined) problems.push(`${place}: the model "${model}" is not among models`);
  };
  requireModel('target.model', plan.target.model);
  requireModel('target.configuration.model', plan.target.configuration.model);
  if (!verificationRules.has(plan.rule)) problems.push(`rule: there is no exact rule "${plan.rule}"`);
  if (plan.combination === 'estimate' && plan.drafters.length < 2)
    problems.push('combination: "estimate" needs two drafters or more');
  if (plan.combination === 'single' && plan.drafters.length > 1)
    problems.push('combination: "single" takes one drafter');
  for (const list of ['drafters', 'fallback', 'alternatives'] as const) {
    for (const [index, drafter] of plan[list].entries()) {
      const place = `${list}.${index}`;
      if (drafter.draft !== null) requireModel(`${place}.draft.model`, drafter.draft.model);
      if (
        drafter.tree !== undefined &&
        list === 'drafters' &&
        verificationRules.get(plan.rule)?.trees === false
      )
        problems.push(`rule: ${plan.rule} takes no trees, and ${place} drafts them`);
      problems.push(...scheduleProblems(drafter).map((problem) => `${place}.${problem}`));
    }
  }
  return problems;
}

function scheduleProblems({
  table,
  roundCosts,
  predictions,
  predictedLength,
  tree,
}: PlannedDrafter): string[] {
  const problems: string[] = [];
  const compare = (place: string, left: readonly number[], right: readonly number[]): void => {
    if (left.length !== right.length) problems.push(`${place}: ${left.length} entries and ${right.length}`);
  };
  const requireAscending = (place: string, values: readonly number[]): void => {
    if (values[0] !== 0) problems.push(`${place}.0: the first is 0, not ${values[0]}`);
    if (values.some((value, index) => index > 0 && value <= (values[index - 1] as number)))
      problems.push(`${place}: not ascending`);
  };
  compare('table', table.acceptance, table.lengths);
  compare('roundCosts', roundCosts.lengths, roundCosts.milliseconds);
  requireAscending('table.acceptance', table.acceptance);
  requireAscending('roundCosts.lengths', roundCosts.lengths);
  const longest = roundCosts.lengths.at(-1) as number;
  if (table.lengths.some((length) => length > longest))
    problems.push(`table.lengths: longer than roundCosts, which end at ${longest}`);
  if (!predictions.some(({ length }) => length === predictedLength))
    problems.push(`predictedLength: there is no prediction of ${predictedLength}`);
  const { parents = [] } = tree ?? {};
  if (parents.some((parent, node) => parent >= node || parent < (parents[node - 1] ?? -1)))
    problems.push('tree.parents: not earlier nodes, level by level');
  return problems;
}
