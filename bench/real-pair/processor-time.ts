import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Of the kernel's counts, on every Linux that Node runs on. */
const tickMilliseconds = 10;
const checkMilliseconds = 50;
const patience = 10_000;

/** Processor time of processes up to now, in milliseconds; 0 where the system does not tell. */
export function processorMilliseconds(pids: readonly number[]): number {
  let ticks = 0;
  for (const pid of pids) {
    const file = `/proc/${pid}/stat`;
    if (!existsSync(file)) continue;
    // The name, in parentheses, may hold anything; user and system time are the 12th and 13th fields after it.
    const fields = readFileSync(file, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    ticks += Number(fields[11]) + Number(fields[12]);
  }
  return ticks * tickMilliseconds;
}

/** Waits until none of the processes computes. @throws Error where one goes on. */
export async function untilIdle(pids: readonly number[]): Promise<void> {
  const start = performance.now();
  let before = processorMilliseconds(pids);
  while (performance.now() - start < patience) {
    await sleep(checkMilliseconds);
    const now = processorMilliseconds(pids);
    if (now === before) return;
    before = now;
  }
  throw new Error(`A process goes on computing while nothing is asked of it: one of ${pids.join(', ')}.`);
}
