import type { ChildProcess } from 'node:child_process';
import { libraries } from '../../apps/cli/dist/output/libraries.js';
import { installedNodeLlamaCpp, nodeLlamaCppVersion } from '../support/node-llama-cpp.js';
import type { RealPairWorkerOptions } from '../workers/real-pair-worker.js';
import { conditions } from './conditions.js';
import { type Engine, engines, enginesOf, ownName, type Way } from './engines.js';
import type { RunningSystem } from './generation.js';
import { llamaServerFlags, llamaServerVersion, startLlamaServer } from './llama-server.js';
import { llamaServerSettings } from './llama-server-settings.js';
import type { Pair, PairName } from './pairs.js';
import { planFile } from './plan-files.js';
import { startWorkerSystem } from './worker-system.js';

export interface StartOptions {
  readonly pair: Pair;
  readonly temperature: number;
  /** Called with every process as soon as it exists. */
  readonly onStart: (process: ChildProcess) => void;
}

export interface System {
  readonly name: string;
  /** What ran: measurements with another setup are not of the same system. */
  readonly setup: string;
  /** True where a generation changes the next ones: a process that was ended would begin anew. */
  readonly learns: boolean;
  /** False where it would compute another target than the files'. */
  takes(files: PairName): boolean;
  start(options: StartOptions): Promise<RunningSystem>;
}

export interface SystemsOptions {
  readonly modelFolder: string;
  /** The program; undefined: none, and its systems are left out. */
  readonly llamaServer: string | undefined;
}

export function allSystems({ modelFolder, llamaServer }: SystemsOptions): System[] {
  return [
    ...engines.flatMap((engine) => ownSystems(modelFolder, engine)),
    ...nodeLlamaCppSystems(),
    ...(llamaServer === undefined ? [] : llamaServerSystems(llamaServer)),
  ];
}

/** Our decoding as `foretoken generate` does it: without a plan, and with the one that was made beforehand. */
function ownSystems(modelFolder: string, engine: Engine): System[] {
  const setup = `foretoken ${libraries().foretoken}`;
  const own = (way: Way, options: (start: StartOptions) => RealPairWorkerOptions): System => ({
    name: ownName(engine, way),
    setup,
    learns: true,
    takes: (files) => enginesOf(files).includes(engine),
    start: (start) =>
      startWorkerSystem('real-pair-worker.ts', [JSON.stringify(options(start))], start.onStart),
  });
  const drafting =
    (draft: (pair: Pair) => string) =>
    ({ pair }: StartOptions): RealPairWorkerOptions => ({
      model: pair.target,
      draft: draft(pair),
      backend: engine,
      ...conditions,
    });
  return [
    own(
      'plain',
      drafting(() => 'none'),
    ),
    own(
      'default',
      drafting(({ draft }) => draft),
    ),
    own(
      'combined',
      drafting(({ draft }) => `prompt-lookup+input-copy+${draft}`),
    ),
    own('plan', ({ pair, temperature }) => ({ plan: planFile(modelFolder, pair, temperature, engine) })),
  ];
}

function nodeLlamaCppSystems(): System[] {
  const system = (name: string, predictor: (pair: Pair) => readonly string[]): System => ({
    name: `node-llama-cpp-${name}`,
    setup: `node-llama-cpp ${nodeLlamaCppVersion}`,
    learns: false,
    takes: () => true,
    start: ({ pair, onStart }) => {
      const { threads, contextLength } = conditions;
      const common = [pair.target, String(threads), String(contextLength), installedNodeLlamaCpp()];
      return startWorkerSystem('node-llama-cpp-worker.ts', [...common, ...predictor(pair)], onStart);
    },
  });
  return [
    system('plain', () => []),
    system('draft', ({ draft }) => [draft]),
    system('lookup', () => ['lookup']),
  ];
}

function llamaServerSystems(program: string): System[] {
  const version = llamaServerVersion(program);
  return llamaServerSettings.map((setting) => ({
    name: `llama-server-${setting.name}`,
    setup: `llama-server ${version}: ${llamaServerFlags(setting).join(' ')}`,
    learns: false,
    takes: () => true,
    start: ({ pair, onStart }) => startLlamaServer(program, pair, setting, onStart),
  }));
}

/**
 * The systems that are named, each by its whole name or the beginning of it, such as "llama-server".
 *
 * @throws Error where a name is no system's.
 */
export function systemsNamed(systems: readonly System[], names: readonly string[]): System[] {
  const isNamed = (system: System, name: string): boolean =>
    system.name === name || system.name.startsWith(`${name}-`);
  for (const name of names) {
    if (!systems.some((system) => isNamed(system, name)))
      throw new Error(`There is no system "${name}": ${systems.map((system) => system.name).join(', ')}.`);
  }
  return systems.filter((system) => names.some((name) => isNamed(system, name)));
}
