import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { GenerationAnswer, GenerationRequest } from '../workers/generation-request.js';

/** Starts a file of bench/workers, and waits until it is ready. */
export async function startWorker(
  file: string,
  workerArguments: readonly string[],
  onFork?: (worker: ChildProcess) => void,
): Promise<ChildProcess> {
  const worker = fork(fileURLToPath(new URL(`../workers/${file}`, import.meta.url)), workerArguments, {
    execArgv: ['--import', 'tsx'],
  });
  onFork?.(worker);
  await nextMessage(worker);
  return worker;
}

export async function ask(worker: ChildProcess, request: GenerationRequest): Promise<GenerationAnswer> {
  const answer = nextMessage(worker);
  worker.send(request);
  return (await answer) as GenerationAnswer;
}

/** @throws Error where the worker ends before it says anything. */
function nextMessage(worker: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const onMessage = (message: unknown): void => {
      worker.off('exit', onExit);
      resolve(message);
    };
    const onExit = (code: number | null, signal: string | null): void => {
      worker.off('message', onMessage);
      reject(new Error(`A worker ended (${signal ?? `status ${code}`}): ${worker.spawnargs.join(' ')}`));
    };
    worker.once('message', onMessage);
    worker.once('exit', onExit);
  });
}
