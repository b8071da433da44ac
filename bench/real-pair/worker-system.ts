import type { ChildProcess } from 'node:child_process';
import { ask, startWorker } from '../support/worker-process.js';
import { endProcess } from './end-process.js';
import { arrivals, type RunningSystem } from './generation.js';

/** A system in a worker of bench/workers. */
export async function startWorkerSystem(
  file: string,
  workerArguments: readonly string[],
  onStart: (process: ChildProcess) => void,
): Promise<RunningSystem> {
  const worker = await startWorker(file, workerArguments, onStart);
  return {
    pid: worker.pid as number,
    generate: async (request) => {
      const { tokens, tokenMilliseconds, counts } = await ask(worker, { ...request, ignoreEndTokens: false });
      return {
        count: tokens.length,
        ...arrivals(tokenMilliseconds),
        drafted: counts?.drafted,
        accepted: counts?.accepted,
        reportedMilliseconds: undefined,
        tokens,
      };
    },
    stop: () => endProcess(worker),
  };
}
