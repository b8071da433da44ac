import { existsSync } from 'node:fs';
import path from 'node:path';
import { foretoken } from '../support/foretoken.js';
import { promptFile } from './chat-prompts.js';
import { conditions } from './conditions.js';
import { type Engine, ownName } from './engines.js';
import type { Pair } from './pairs.js';

/** Time for measuring: the draft model with the passes of both models, then prompt lookup, whose passes are known by then. */
const budgets = { draft: '150s', lookup: '60s' } as const;

/** All engines are measured into one. */
export function profileFile(folder: string, { name }: Pair, temperature: number): string {
  return path.resolve(folder, `real-pair-${name}-T${temperature}.profile.json`);
}

export function planFile(folder: string, { name }: Pair, temperature: number, engine: Engine): string {
  return path.resolve(folder, `real-pair-${name}-T${temperature}.${ownName(engine, 'plan')}.json`);
}

/**
 * A plan with the draft model and prompt lookup on an engine, made as a user makes it, on prompts that are not measured. It and its
 * profile are made once: remove both to make them anew. A profile that was interrupted goes on where it ended.
 */
export async function preparePlan(
  folder: string,
  pair: Pair,
  temperature: number,
  engine: Engine,
): Promise<string> {
  const plan = planFile(folder, pair, temperature, engine);
  if (existsSync(plan)) return plan;
  console.log(`Making ${plan} (once, some minutes) ...`);
  const profile = profileFile(folder, pair, temperature);
  const { threads, contextLength } = conditions;
  const sampled = ['--temperature', String(temperature)];
  const setup = ['--model', pair.target, '--backend', engine, '--threads', String(threads), ...sampled];
  const prompts = ['--prompts', promptFile('profiled')];
  const measured = [...setup, '--context', String(contextLength), ...prompts, '--output', profile];
  await foretoken('profile', ...measured, '--draft', pair.draft, '--budget', budgets.draft);
  await foretoken('profile', ...measured, '--draft', 'prompt-lookup', '--budget', budgets.lookup);
  const drafters = ['--draft', `prompt-lookup+${pair.draft}`];
  await foretoken('plan', ...setup, ...drafters, '--profile', profile, '--output', plan);
  return plan;
}
