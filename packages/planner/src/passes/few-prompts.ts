import { draftsFromText } from '../pipeline/drafter-label.js';
import { acceptanceOf } from './acceptance-of.js';
import type { Candidate, Program } from './program.js';

/** With fewer prompts, where others are left, the acceptance of those may be anything. */
const fewestPrompts = 8;

/** What to say where a drafter's acceptance was counted on too few prompts to know that of others; undefined: on enough. */
export function fewPrompts(program: Program, candidate: Candidate): string | undefined {
  const { promptsUsed, promptCount } = acceptanceOf(program, candidate);
  if (promptsUsed >= Math.min(fewestPrompts, promptCount)) return undefined;
  return `the acceptance of ${candidate.label} was counted on ${promptsUsed} of ${promptCount} prompts, so what copies text is not left out: foretoken profile goes on with the others`;
}

/** True for what copies text and was counted on too few prompts: it is not left out for what it was predicted to gain. */
export function staysIn(program: Program, candidate: Candidate): boolean {
  return draftsFromText(candidate.drafter) && fewPrompts(program, candidate) !== undefined;
}
