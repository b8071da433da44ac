import type { ChildProcess } from 'node:child_process';
import { statSync } from 'node:fs';
import os from 'node:os';
import { endProcess } from './end-process.js';
import type { Generation, Request, RunningSystem } from './generation.js';
import { processorMilliseconds, untilIdle } from './processor-time.js';
import type { StartOptions, System } from './systems.js';

/** Tokens of the generation that warms a process up. */
const warmUpTokens = 24;
/** Of a process beside the weights: caches, and buffers for the logits of long passes. */
const buffersBytes = 2 ** 30;

export interface Measured extends Generation {
  readonly othersMilliseconds: number;
}

/**
 * The systems of one pair of files and one temperature, one computing at a time. Each is started when it is first asked
 * for, and stays; only where memory becomes short, the one that learns nothing and was asked longest ago is ended.
 */
export class RunningSystems {
  readonly #options: Omit<StartOptions, 'onStart'>;
  readonly #warmUpPrompt: readonly number[];
  /** The one that was asked last is the last. */
  readonly #running = new Map<System, RunningSystem>();
  readonly #processes = new Set<ChildProcess>();
  #stopped = false;

  constructor(options: Omit<StartOptions, 'onStart'>, warmUpPrompt: readonly number[]) {
    this.#options = options;
    this.#warmUpPrompt = warmUpPrompt;
  }

  async generate(system: System, request: Request): Promise<Measured> {
    const running = this.#running.get(system) ?? (await this.#start(system));
    this.#running.delete(system);
    const others = [...this.#running.values()].map(({ pid }) => pid);
    this.#running.set(system, running);
    await untilIdle([running.pid, ...others]);
    const before = processorMilliseconds(others);
    const generation = await running.generate(request);
    return { ...generation, othersMilliseconds: processorMilliseconds(others) - before };
  }

  /** Ends all processes; also one that is just being started. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all([...this.#processes].map(endProcess));
  }

  async #start(system: System): Promise<RunningSystem> {
    await this.#makeRoom();
    const running = await system.start({ ...this.#options, onStart: (child) => this.#keep(child) });
    this.#running.set(system, running);
    const { temperature } = this.#options;
    await running.generate({ prompt: this.#warmUpPrompt, tokenCount: warmUpTokens, temperature, seed: 0 });
    return running;
  }

  /** Weights that were brought into another order for the processor are not shared between processes. */
  async #makeRoom(): Promise<void> {
    const { target, draft } = this.#options.pair;
    const needed = statSync(target).size + statSync(draft).size + buffersBytes;
    for (const [system, running] of this.#running) {
      if (os.freemem() >= needed) return;
      if (system.learns) continue;
      this.#running.delete(system);
      await running.stop();
    }
  }

  #keep(child: ChildProcess): void {
    this.#processes.add(child);
    if (this.#stopped) child.kill('SIGKILL');
  }
}
