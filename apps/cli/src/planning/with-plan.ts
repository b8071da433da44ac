import { InvalidArgumentError } from '@foretoken/core';
import type { Plan } from '@foretoken/planner';
import { type BranchSelection, treeRule } from '../options/draft-tree.js';
import type { SamplingSelection } from '../options/sampling-options.js';
import { note } from '../output/lines.js';
import { loadPlan, type PlanFlags } from './open-plan.js';

interface PlannedFlags extends SamplingSelection, BranchSelection, PlanFlags {
  readonly rule: string;
}

export interface PlannedOptions<Flags> {
  readonly options: Flags;
  /** Undefined where none is named. */
  readonly plan: Plan | undefined;
  /** That verifies. */
  readonly rule: string;
}

/**
 * A command's options with what the plan that they name decides. What is given beside it goes first, and is noted: the plan
 * was made for something else.
 *
 * @param command that was given the options.
 * @throws InvalidArgumentError where a stale plan is allowed and none is named; what `loadPlan` and `treeRule` throw.
 */
export async function withPlan<Flags extends PlannedFlags>(
  given: Flags,
  command: { getOptionValueSource(option: string): string | undefined },
  signal: AbortSignal,
): Promise<PlannedOptions<Flags>> {
  if (given.allowStale === true && given.plan === undefined) {
    throw new InvalidArgumentError('--allow-stale says how a plan is used: name one with --plan.');
  }
  const isGiven = (option: string): boolean => command.getOptionValueSource(option) === 'cli';
  const plan = given.plan === undefined ? undefined : await loadPlan(given.plan, given, signal);
  const options = plan === undefined ? given : decided(plan, given, isGiven);
  const rule = treeRule(options, options.rule, command.getOptionValueSource('rule') === 'default');
  return { options, plan, rule };
}

/** @param isGiven whether an option was on the command line. */
function decided<Flags extends PlannedFlags>(
  { rule, sampling }: Plan,
  flags: Flags,
  isGiven: (option: string) => boolean,
): Flags {
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
