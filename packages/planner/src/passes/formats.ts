import { PlanningError } from '../errors/planning-error.js';
import type { ModelConfiguration } from '../profile/profile-schema.js';
import { hasOwnWeights, includesFormat, isPermittedCache, isPermittedTarget } from './permitted-targets.js';
import type { Candidate, Pass, Program, TargetChoice } from './program.js';
import { scoreWithTrees } from './draft-trees.js';
import { best, targetScore } from './scores.js';
import { formatText, ratio } from './texts.js';

const name = 'formats';

/**
 * Chooses the formats of weights and key-value caches: freely for draft models, whose formats change nothing but acceptance
 * and cost; for the target among its file's own and what the engine chooses for the cache, and those that the pipeline
 * permits, since each is another target. A drafter counts with its best trees where they beat its chains.
 */
export const formats: Pass = {
  name,
  run(program) {
    const decisions: string[] = [];
    const { pipeline } = program;
    const measured = program.targets.map(({ configuration }) => configuration);
    const isOwn = (configuration: ModelConfiguration): boolean =>
      hasOwnWeights(program, configuration) && configuration.cacheType === undefined;
    const { formats: permitted = [] } = pipeline.target;
    const targets = program.targets.filter(({ configuration }) => isPermittedTarget(program, configuration));
    if (targets.length === 0) {
      throw new PlanningError(
        `The target was measured as ${formatsOf(program.targets).join(', ')} alone, which are not as its file and the engine have them, and target.formats and target.cacheTypes do not permit them: measure it as it is, or permit one of them.`,
        { pass: name },
      );
    }
    for (const format of permitted) {
      if (!measured.some(({ weightFormat }) => includesFormat([format], weightFormat)))
        decisions.push(`the target as ${format} is permitted and was not measured`);
    }
    const left = formatsOf(program.targets.filter((target) => !targets.includes(target)));
    if (left.length > 0)
      decisions.push(
        `the target as ${left.join(', ')} is left out: that is another target, and ${notPermitting(program, targets)} does not permit it`,
      );
    const candidates = program.candidates.filter(
      (candidate) => targets.includes(candidate.target) && hasPermittedFormat(candidate),
    );
    const scores = new Map(candidates.map((candidate) => [candidate, scoreWithTrees(program, candidate)]));
    const scoreOf = (candidate: Candidate): number => scores.get(candidate) as number;
    const scoreOfTarget = (target: TargetChoice): number => targetScore(program, target, candidates, scoreOf);
    const chosen = best(targets, scoreOfTarget) as TargetChoice;
    const own = targets.filter(({ configuration }) => isOwn(configuration));
    const stays = own.includes(chosen);
    if (stays) decisions.push(`the target stays as its file is: ${formatsOf(own).join(', ')}`);
    else {
      const ofOwn = Math.max(...own.map(scoreOfTarget));
      const gain = Math.exp(scoreOfTarget(chosen) - ofOwn);
      decisions.push(
        `ANOTHER TARGET: ${formatText(chosen.configuration)} instead of ${formatsOf(own).join(', ') || 'its own formats, which were not measured'}${own.length === 0 ? '' : `, ${ratio(gain)} of it by the objective`}; its distribution is not that of the file, and foretoken compare says how far it is`,
      );
    }
    const kept = targets.filter((target) =>
      stays ? own.includes(target) : formatText(target.configuration) === formatText(chosen.configuration),
    );
    const ofKept = candidates.filter(({ target }) => kept.includes(target));
    const drafting = bestDraftFormats(ofKept, scoreOf, decisions);
    const isRequantised = !hasOwnWeights(program, chosen.configuration);
    return {
      program: { ...program, targets: kept, candidates: drafting, isOtherTarget: !stays, isRequantised },
      decisions,
    };
  },
};

function formatsOf(targets: readonly TargetChoice[]): string[] {
  return distinct(targets.map(({ configuration }) => formatText(configuration)));
}

/** Which lists of the pipeline leave targets out. */
function notPermitting(program: Program, kept: readonly TargetChoice[]): string {
  const left = program.targets
    .filter((target) => !kept.includes(target))
    .map(({ configuration }) => configuration);
  const lists = [
    ...(left.some((configuration) => !hasOwnWeights(program, configuration)) ? ['target.formats'] : []),
    ...(left.some(({ cacheType }) => cacheType !== undefined) ? ['target.cacheTypes'] : []),
  ];
  return lists.join(' or ');
}

function hasPermittedFormat({ drafter, draft }: Candidate): boolean {
  if (drafter.kind !== 'draft-model' || draft === null) return true;
  const { formats: permitted, cacheTypes } = drafter;
  return (
    (permitted === undefined || includesFormat(permitted, draft.weightFormat)) &&
    (cacheTypes === undefined || isPermittedCache(cacheTypes, draft))
  );
}

/** For each drafter the candidates of its best format. */
function bestDraftFormats(
  candidates: readonly Candidate[],
  scoreOf: (candidate: Candidate) => number,
  decisions: string[],
): readonly Candidate[] {
  const kept: Candidate[] = [];
  for (const label of distinct(candidates.map((candidate) => candidate.label))) {
    const ofDrafter = candidates.filter((candidate) => candidate.label === label);
    const scored = distinct(ofDrafter.map(formatOf))
      .map((format) => {
        const ofFormat = ofDrafter.filter((candidate) => formatOf(candidate) === format);
        return { format, score: Math.max(...ofFormat.map(scoreOf)) };
      })
      .toSorted((left, right) => right.score - left.score);
    const first = scored[0] as (typeof scored)[number];
    kept.push(...ofDrafter.filter((candidate) => formatOf(candidate) === first.format));
    if (first.format === undefined) continue;
    const others = scored
      .slice(1)
      .map(({ format, score }) => `${format} would be ${ratio(Math.exp(score - first.score))} of it`);
    decisions.push(`${label} drafts as ${first.format}${others.length > 0 ? `: ${others.join(', ')}` : ''}`);
  }
  return kept;
}

function formatOf({ draft }: Candidate): string | undefined {
  return draft === null ? undefined : formatText(draft);
}

function distinct<Value>(values: readonly Value[]): Value[] {
  return [...new Set(values)];
}
