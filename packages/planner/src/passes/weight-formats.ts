import { PlanningError } from '../errors/planning-error.js';
import type { ModelConfiguration } from '../profile/profile-schema.js';
import { isAsFile } from './bind-models.js';
import type { Candidate, Pass, Program, TargetChoice } from './program.js';
import { best, candidateScore, targetScore } from './scores.js';
import { ratio } from './texts.js';

const name = 'weight-formats';

/**
 * Chooses weight formats: freely for draft models, whose format changes nothing but acceptance and cost; for the target
 * among its file's own and those that the pipeline permits, since each is another target.
 */
export const weightFormats: Pass = {
  name,
  run(program) {
    const decisions: string[] = [];
    const { pipeline } = program;
    const measured = program.targets.map(({ configuration }) => configuration);
    const isOwn = (configuration: ModelConfiguration): boolean =>
      isAsFile(program.models.target, measured, configuration);
    const permitted = pipeline.target.formats ?? [];
    const targets = program.targets.filter(
      ({ configuration }) => isOwn(configuration) || permitted.includes(configuration.weightFormat),
    );
    if (targets.length === 0) {
      throw new PlanningError(
        `The target was measured as ${formatsOf(program.targets).join(', ')} alone, which are not its file's own format, and target.formats does not permit them: measure it as it is, or permit one of them.`,
        { pass: name },
      );
    }
    const left = formatsOf(program.targets.filter((target) => !targets.includes(target)));
    if (left.length > 0)
      decisions.push(
        `the target as ${left.join(', ')} is left out: that is another target, and target.formats does not permit it`,
      );
    const candidates = program.candidates.filter(
      (candidate) => targets.includes(candidate.target) && hasPermittedFormat(candidate),
    );
    const chosen = best(targets, (target) => targetScore(program, target, candidates)) as TargetChoice;
    const own = targets.filter(({ configuration }) => isOwn(configuration));
    const stays = own.includes(chosen);
    if (stays) decisions.push(`the target stays as its file is: ${formatsOf(own).join(', ')}`);
    else {
      const ofOwn = Math.max(...own.map((target) => targetScore(program, target, candidates)));
      const gain = Math.exp(targetScore(program, chosen, candidates) - ofOwn);
      decisions.push(
        `ANOTHER TARGET: ${chosen.configuration.weightFormat} instead of ${formatsOf(own).join(', ') || 'its own format, which was not measured'}${own.length === 0 ? '' : `, ${ratio(gain)} of it by the objective`}; its distribution is not that of the file, and foretoken compare says how far it is`,
      );
    }
    const kept = targets.filter((target) =>
      stays ? own.includes(target) : target.configuration.weightFormat === chosen.configuration.weightFormat,
    );
    const ofKept = candidates.filter(({ target }) => kept.includes(target));
    const drafting = bestDraftFormats(program, ofKept, decisions);
    return { program: { ...program, targets: kept, candidates: drafting, isOtherTarget: !stays }, decisions };
  },
};

function formatsOf(targets: readonly TargetChoice[]): string[] {
  return distinct(targets.map(({ configuration }) => configuration.weightFormat));
}

function hasPermittedFormat({ drafter, draft }: Candidate): boolean {
  if (drafter.kind !== 'draft-model' || drafter.formats === undefined || draft === null) return true;
  return drafter.formats.includes(draft.weightFormat);
}

/** For each drafter the candidates of its best format. */
function bestDraftFormats(
  program: Program,
  candidates: readonly Candidate[],
  decisions: string[],
): readonly Candidate[] {
  const kept: Candidate[] = [];
  for (const label of distinct(candidates.map((candidate) => candidate.label))) {
    const ofDrafter = candidates.filter((candidate) => candidate.label === label);
    const formats = distinct(ofDrafter.map(({ draft }) => draft?.weightFormat));
    const scored = formats
      .map((format) => {
        const ofFormat = ofDrafter.filter(({ draft }) => draft?.weightFormat === format);
        return {
          format,
          score: Math.max(...ofFormat.map((candidate) => candidateScore(program, candidate))),
        };
      })
      .toSorted((left, right) => right.score - left.score);
    const first = scored[0] as (typeof scored)[number];
    kept.push(...ofDrafter.filter(({ draft }) => draft?.weightFormat === first.format));
    if (first.format === undefined) continue;
    const others = scored
      .slice(1)
      .map(({ format, score }) => `${format} would be ${ratio(Math.exp(score - first.score))} of it`);
    decisions.push(`${label} drafts as ${first.format}${others.length > 0 ? `: ${others.join(', ')}` : ''}`);
  }
  return kept;
}

function distinct<Value>(values: readonly Value[]): Value[] {
  return [...new Set(values)];
}
