import type { Plan } from '@foretoken/planner';
import type { SamplingSelection } from '../options/sampling-options.js';
import { note } from '../output/lines.js';

interface PlannedFlags extends SamplingSelection {
  readonly rule: string;
}

/**
 * A command's options with what a plan decides. What is given beside it goes first, and is noted: the plan was made for
 * something else.
 *
 * @param isGiven whether an option was on the command line.
 */
export function withPlan<Flags extends PlannedFlags>(
  plan: Plan,
  flags: Flags,
  isGiven: (option: string) => boolean,
): Flags {
  const { rule, sampling } = plan;
  const { temperature = 1, topK, topP, minP } = sampling;
  const planned = { rule, temperature, topK, topP, minP };
  const changed = [...Object.keys(planned), 'draftLength'].filter(isGiven);
  if (changed.length > 0) {
    const names = changed.map(
      (option) => `--${option.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
    );
    note(`${names.join(', ')} instead of what the plan says: its predictions are not for that.`);
  }
  const kept = Object.entries(planned).filter(([option]) => !isGiven(option));
  return { ...flags, ...Object.fromEntries(kept) };
}
