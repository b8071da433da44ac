import type { ChildProcess } from 'node:child_process';
import { endProcess } from './end-process.js';
import type { Generation, Request, RunningSystem } from './generation.js';
import { processorMilliseconds, untilIdle } from './processor-time.js';
import type { StartOptions, System } from './systems.js';

/** Tokens of the generation that warms a process up. */
const warmUpTokens = 24;

export interface Measured extends Generation {
  readonly othersMilliseconds: number;
}

/** The systems of one pair of files and one temperature, started when they are first asked for, one computing at a time. */
export class RunningSystems {
  readonly #options: Omit<StartOptions, 'onStart'>;
  readonly #warmUpPrompt: readonly number[];
  readonly #running = new Map<string, RunningSystem>();
  readonly #processes = new Set<ChildProcess>();
  #stopped = false;

  constructor(options: Omit<StartOptions, 'onStart'>, warmUpPrompt: readonly number[]) {
    this.#options = options;
    this.#warmUpPrompt = warmUpPrompt;
  }

  /** Starts and warms up what is not running yet: while a unit runs, nothing is loaded. */
  async start(systems: readonly System[]): Promise<void> {
    for (const system of systems) {
      if (this.#running.has(system.name)) continue;
      const running = await system.start({ ...this.#options, onStart: (child) => this.#keep(child) });
      this.#running.set(system.name, running);
      const { temperature } = this.#options;
      const prompt = this.#warmUpPrompt;
      await running.generate({ prompt, tokenCount: warmUpTokens, temperature, seed: 0 });
    }
  }

  async generate({ name }: System, request: Request): Promise<Measured> {
    const system = this.#running.get(name) as RunningSystem;
    const others = [...this.#running.values()].map(({ pid }) => pid).filter((pid) => pid !== system.pid);
    await untilIdle([system.pid, ...others]);
    const before = processorMilliseconds(others);
    const generation = await system.generate(request);
    return { ...generation, othersMilliseconds: processorMilliseconds(others) - before };
  }

  /** Ends all processes; also one that is just being started. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all([...this.#processes].map(endProcess));
  }

  #keep(child: ChildProcess): void {
    this.#processes.add(child);
    if (this.#stopped) child.kill('SIGKILL');
  }
}
