import { type AcceptanceData, mapShares } from '../prediction/acceptance-data.js';
import { draftsFromText } from '../pipeline/drafter-label.js';
import { bestLength, evaluate, longestDraft, objectiveWeights } from '../prediction/evaluate-drafting.js';
import { predictionConfidence, predictSpeed } from '../prediction/predict-speed.js';
import { acceptanceOf } from './acceptance-of.js';
import { staysIn } from './few-prompts.js';
import type { Candidate, Pass, Program } from './program.js';
import { best } from './scores.js';
import { ratio } from './texts.js';

/**
 * Drops drafters that cannot pay (dead code): those that lose even where every token is accepted, those that lose with
 * their acceptance and costs at the good end of their intervals, but for what copies text and was counted on few prompts, and
 * those that another one beats with a margin that both intervals leave. What drafts from text and a model do not drop each
 * other: the one may go before the other. Intervals are of speed alone: where the objective asks for something else, only
 * what never pays is dropped.
 */
export const deadDrafters: Pass = {
  name: 'dead-drafters',
  run(program) {
    const decisions: string[] = [];
    const paying = program.candidates.filter((candidate) => mayPay(program, candidate));
    for (const label of new Set(program.candidates.map((candidate) => candidate.label))) {
      if (paying.some((candidate) => candidate.label === label)) continue;
      const ofLabel = program.candidates.filter((candidate) => candidate.label === label);
      decisions.push(`${label} is dropped: ${whyDead(program, ofLabel)}`);
    }
    const rivals =
      program.pipeline.combination === 'single'
        ? paying
        : paying.filter(({ drafter }) => !draftsFromText(drafter));
    const strongest = isOfLatency(program)
      ? best(rivals, (candidate) => range(program, candidate).estimate)
      : undefined;
    const kept = paying.filter((candidate) => {
      if (strongest === undefined || draftsFromText(candidate.drafter)) return true;
      if (candidate.label === strongest.label) return true;
      return range(program, candidate).upper >= range(program, strongest).lower;
    });
    for (const label of new Set(paying.map((candidate) => candidate.label))) {
      if (strongest === undefined || kept.some((candidate) => candidate.label === label)) continue;
      const own = best(
        paying.filter((candidate) => candidate.label === label),
        (candidate) => range(program, candidate).estimate,
      ) as Candidate;
      const { lower } = range(program, strongest);
      decisions.push(
        `${label} is dropped: at most ${ratio(range(program, own).upper)}, where ${strongest.label} gives at least ${ratio(lower)}`,
      );
    }
    if (decisions.length === 0)
      decisions.push(kept.length === 0 ? 'nothing drafts' : 'every drafter may pay');
    const dropped = program.candidates.filter((candidate) => !kept.includes(candidate));
    return { program: { ...program, candidates: kept, dropped }, decisions };
  },
};

function isOfLatency({ pipeline }: Program): boolean {
  return objectiveWeights(pipeline).latency === 1;
}

/** Speed over plain with the trees that it drafts, or at the best length, with its interval. */
function range(program: Program, candidate: Candidate): { estimate: number; lower: number; upper: number } {
  if (candidate.tree !== undefined) return candidate.tree.prediction.speedup;
  const data = acceptanceOf(program, candidate);
  const length = bestOfDrafting(program, candidate, data)?.length ?? 0;
  const none = { estimate: 0, lower: 0, upper: 0 };
  return predictSpeed(candidate, program.pipeline, data, length)?.speedup ?? none;
}

/** The best length of 1 or more, whether or not it pays. */
function bestOfDrafting(program: Program, candidate: Candidate, data: AcceptanceData) {
  const lengths = Array.from(
    { length: longestDraft(candidate, program.pipeline, data) },
    (_, index) => index + 1,
  );
  const evaluations = lengths.flatMap((length) => evaluate(candidate, program.pipeline, data, length) ?? []);
  return best(evaluations, ({ score }) => score);
}

function mayPay(program: Program, candidate: Candidate): boolean {
  const isFast = !isOfLatency(program) || staysIn(program, candidate) || range(program, candidate).upper > 1;
  return isFast && paysAtBest(program, candidate);
}

function paysAtBest(program: Program, candidate: Candidate): boolean {
  // Trees are decided on only where they pay.
  if (candidate.tree !== undefined) return true;
  return (
    (bestLength(candidate, program.pipeline, allAccepted(acceptanceOf(program, candidate)))?.length ?? 0) > 0
  );
}

function allAccepted(data: AcceptanceData): AcceptanceData {
  return mapShares(data, (accepted) => accepted.map(() => ({ mean: 1, variance: 0 })));
}

function whyDead(program: Program, candidates: readonly Candidate[]): string {
  if (!candidates.some((candidate) => paysAtBest(program, candidate)))
    return 'it would lose even if every token were accepted';
  const strongest = best(candidates, (candidate) => range(program, candidate).upper) as Candidate;
  const { upper } = range(program, strongest);
  return `${ratio(upper)} of plain decoding at most, at ${100 * predictionConfidence} % confidence`;
}
