import { PlanningError } from '../errors/planning-error.js';
import type { Candidate, Pass, Program, TargetChoice } from './program.js';
import { best, candidateScore, targetScore } from './scores.js';
import { configurationText, ratio } from './texts.js';

const name = 'placement';

/**
 * Chooses engine, device and threads of the target, and with them those of each draft model: the pair with the best
 * score of what was measured. A placement that was measured as whole rounds goes before one that is made of passes.
 */
export const placement: Pass = {
  name,
  run(program) {
    const decisions: string[] = [];
    const { targets } = program;
    const scoreOf = (target: TargetChoice): number =>
      targetScore(program, target, placedFor(program, target));
    const chosen = best(targets, scoreOf);
    if (chosen === undefined) {
      throw new PlanningError('Nothing is left that the target could run as.', { pass: name });
    }
    decisions.push(`the target runs as ${configurationText(chosen.configuration)}`);
    const score = scoreOf(chosen);
    for (const other of targets) {
      if (other === chosen) continue;
      const behind = Math.exp(scoreOf(other) - score);
      decisions.push(`  as ${configurationText(other.configuration)} it would be ${ratio(behind)} of that`);
    }
    const candidates = placedFor(program, chosen);
    for (const { label, draft, costs } of candidates) {
      if (draft === null) continue;
      const source = costs.source === 'rounds' ? 'measured whole' : 'made of passes that were measured alone';
      decisions.push(`${label} runs as ${configurationText(draft)}; its rounds are ${source}`);
    }
    return { program: { ...program, targets: [chosen], candidates }, decisions };
  },
};

/** Of every drafter the placement beside a target that would be taken. */
function placedFor(program: Program, target: TargetChoice): Candidate[] {
  const ofTarget = program.candidates.filter((candidate) => candidate.target === target);
  return [...new Set(ofTarget.map(({ label }) => label))].map((label) => {
    const ofLabel = ofTarget.filter((candidate) => candidate.label === label);
    const whole = ofLabel.filter(({ costs }) => costs.source === 'rounds');
    return best(whole.length > 0 ? whole : ofLabel, (candidate) =>
      candidateScore(program, candidate),
    ) as Candidate;
  });
}
