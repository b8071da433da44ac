import { PlanningError } from '../errors/planning-error.js';
import type { Candidate, Pass } from './program.js';
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
    const chosen = best(targets, (target) => targetScore(program, target));
    if (chosen === undefined) {
      throw new PlanningError('Nothing is left that the target could run as.', { pass: name });
    }
    decisions.push(`the target runs as ${configurationText(chosen.configuration)}`);
    const score = targetScore(program, chosen);
    for (const other of targets) {
      if (other === chosen) continue;
      const behind = Math.exp(targetScore(program, other) - score);
      decisions.push(`  as ${configurationText(other.configuration)} it would be ${ratio(behind)} of that`);
    }
    const ofTarget = program.candidates.filter(({ target }) => target === chosen);
    const candidates: Candidate[] = [];
    for (const label of new Set(ofTarget.map((candidate) => candidate.label))) {
      const ofLabel = ofTarget.filter((candidate) => candidate.label === label);
      const whole = ofLabel.filter(({ costs }) => costs.source === 'rounds');
      const placed = best(whole.length > 0 ? whole : ofLabel, (candidate) =>
        candidateScore(program, candidate),
      ) as Candidate;
      candidates.push(placed);
      if (placed.draft === null) continue;
      const source =
        placed.costs.source === 'rounds' ? 'measured whole' : 'made of passes that were measured alone';
      decisions.push(`${label} runs as ${configurationText(placed.draft)}; its rounds are ${source}`);
    }
    return { program: { ...program, targets: [chosen], candidates }, decisions };
  },
};
