import type { ChatPrompt } from './chat-prompts.js';
import { plainsBeside } from './engines.js';
import type { PairName } from './pairs.js';
import type { Run } from './runs-file.js';
import type { System } from './systems.js';

/** What is measured together: one prompt by every system in turn. */
export interface Unit {
  readonly files: PairName;
  readonly temperature: number;
  readonly repeat: number;
  readonly prompt: ChatPrompt;
  /** Most tokens of the answer. */
  readonly tokenCount: number;
  /** Place among the units of these files and this temperature: it rotates the order of the systems. */
  readonly index: number;
}

export function unitsOf(
  shared: Pick<Unit, 'files' | 'temperature' | 'tokenCount'>,
  prompts: readonly ChatPrompt[],
  repeats: number,
): Unit[] {
  return Array.from({ length: repeats }, (_, repeat) =>
    prompts.map((prompt, place): Unit => {
      const index = repeat * prompts.length + place;
      return { ...shared, repeat, prompt, index };
    }),
  ).flat();
}

/**
 * The systems that a unit still lacks, in the order of their turns. Plain decoding of our loop runs beside every one of them, on
 * llama.cpp and on its own engine, since ratios are only taken among generations that took turns; empty: nothing is left to do.
 */
export function missingSystems(
  unit: Unit,
  systems: readonly System[],
  runs: readonly Run[],
  processor: string,
): System[] {
  const has = ({ name, setup }: System): boolean =>
    runs.some(
      (run) =>
        run.files === unit.files &&
        run.temperature === unit.temperature &&
        run.repeat === unit.repeat &&
        run.prompt === unit.prompt.id &&
        run.tokenCount === unit.tokenCount &&
        run.system === name &&
        run.setup === setup &&
        run.processor === processor,
    );
  const missing = systems.filter((system) => !has(system));
  if (missing.length === 0) return [];
  const beside = plainsBeside(missing.map(({ name }) => name));
  const together = systems.filter((system) => beside.has(system.name) || missing.includes(system));
  const shift = unit.index % together.length;
  return [...together.slice(shift), ...together.slice(0, shift)];
}

/** The same for all systems of a unit; another for every repeat and prompt. */
export function seedOf({ index }: Unit): number {
  return 1 + index;
}
