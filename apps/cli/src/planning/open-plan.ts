import { ForetokenError } from '@foretoken/core';
import type { Plan, PlannedDrafter } from '@foretoken/planner';
import { describeMachine } from '@foretoken/planner';
import { type OpenModels, openModels } from '../engines/open-models.js';
import { colours } from '../output/colours.js';
import { libraries } from '../output/libraries.js';
import { note } from '../output/lines.js';
import { planSelection } from './plan-selection.js';

// Most commands run without a plan, and do not wait until what reads one is loaded.
const planner = () => import('@foretoken/planner');

/** The options about a plan. */
export interface PlanFlags {
  /** Its file. */
  readonly plan?: string | undefined;
  readonly allowStale?: boolean | undefined;
}

/** A plan, read and checked; what was allowed is noted. */
export async function loadPlan(
  file: string,
  { allowStale }: Pick<PlanFlags, 'allowStale'>,
  signal: AbortSignal,
): Promise<Plan> {
  const { formatText, readPlan } = await planner();
  const context = { machine: describeMachine(), libraries: libraries() };
  const { plan, differences } = await readPlan(file, { context, allowStale, signal });
  for (const line of differences) note(colours.yellow(`stale plan: ${line}`));
  if (plan.target.isOther)
    note(
      colours.yellow(
        `ANOTHER TARGET: the plan runs ${plan.target.model} as ${formatText(plan.target.configuration)}`,
      ),
    );
  return plan;
}

export interface OpenPlan extends OpenModels {
  /** The drafters that were opened: the plan's, those that it falls back to, or none. */
  readonly planned: readonly PlannedDrafter[];
}

/**
 * Opens what a plan runs. Where its drafters cannot be opened, those that it falls back to, then none; that is noted.
 *
 * @throws PlanMismatchError where the engine is of another version and that is not allowed; what opening the target throws.
 */
export async function openPlan(plan: Plan, flags: PlanFlags, signal: AbortSignal): Promise<OpenPlan> {
  const { PlanMismatchError } = await planner();
  const ways: (readonly PlannedDrafter[])[] = [plan.drafters, ...plan.fallback.map((drafter) => [drafter])];
  for (const planned of ways.filter((way) => way.length > 0)) {
    try {
      return { ...(await open(plan, planned, flags, signal)), planned };
    } catch (error) {
      if (!ForetokenError.isInstance(error) || error instanceof PlanMismatchError) throw error;
      const names = planned.map(({ name }) => name).join(' and ');
      note(colours.yellow(`${names} cannot be opened, and the plan goes on without: ${error.message}`));
    }
  }
  return { ...(await open(plan, [], flags, signal)), planned: [] };
}

async function open(
  plan: Plan,
  planned: readonly PlannedDrafter[],
  { plan: file, allowStale }: PlanFlags,
  signal: AbortSignal,
): Promise<OpenModels> {
  const models = await openModels(planSelection(plan, planned), signal);
  const { engine } = plan.target.configuration;
  const now = models.target.capabilities.engine;
  if (now === engine) return models;
  const difference = `the engine was ${engine}, and is ${now}`;
  if (allowStale === true) {
    note(colours.yellow(`stale plan: ${difference}`));
    return models;
  }
  await models.close();
  const { PlanMismatchError } = await planner();
  throw new PlanMismatchError(
    file ?? 'The plan',
    [difference],
    'Profile and plan anew, or allow a stale plan (--allow-stale).',
  );
}
