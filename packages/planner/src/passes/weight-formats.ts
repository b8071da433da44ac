import { PlanningError } from '../errors/planning-error.js';
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
    const { pipeline, models } = program;
    const measured = distinct(program.targets.map(({ configuration }) => configuration.weightFormat));
    const own = models.target.weightFormat ?? (measured[0] as string);
    const permitted = [own, ...(pipeline.target.formats ?? [])];
    const targets = program.targets.filter(({ configuration }) => permitted.includes(configuration.weightFormat));
    if (targets.length === 0) {
      throw new PlanningError(
        `The target was measured as ${measured.join(', ')}, and may be ${permitted.join(', ')}: measure it so, or permit a measured format in target.formats.`,
        { pass: name },
      );
    }
    for (const format of measured.filter((other) => !permitted.includes(other)))
      decisions.push(`the target as ${format} is left out: it is another target, and target.formats does not permit it`);
    const candidates = program.candidates.filter(
      ({ target, drafter, draft }) =>
        targets.includes(target) &&
        (drafter.kind !== 'draft-model' ||
          drafter.formats === undefined ||
          drafter.formats.includes((draft as NonNullable<typeof draft>).weightFormat)),
    );
    const ofOwn = targets.filter(({ configuration }) => configuration.weightFormat === own);
    const chosen = best(targets, (target) => targetScore(program, target, candidates)) as TargetChoice;
    const { weightFormat } = chosen.configuration;
    if (weightFormat === own) decisions.push(`the target stays ${own}`);
    else {
      const gain = Math.exp(
        targetScore(program, chosen, candidates) -
          Math.max(...ofOwn.map((target) => targetScore(program, target, candidates))),
      );
      decisions.push(
        `ANOTHER TARGET: ${weightFormat} instead of ${own}${ofOwn.length > 0 ? `, ${ratio(gain)} of it by the objective` : ', which was not measured'}; its distribution is not that of the file, and foretoken compare says how far it is`,
      );
    }
    const kept = targets.filter((target) => target.configuration.weightFormat === weightFormat);
    const ofKept = candidates.filter(({ target }) => kept.includes(target));
    const drafting = bestDraftFormats(program, ofKept, decisions);
    return { program: { ...program, targets: kept, candidates: drafting }, decisions };
  },
};

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
        return { format, score: Math.max(...ofFormat.map((candidate) => candidateScore(program, candidate))) };
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
