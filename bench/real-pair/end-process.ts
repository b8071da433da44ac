import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

const patience = 5000;

/** Ends a process by its id, with force where it does not end by itself. */
export async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), patience);
  await ended;
  clearTimeout(timer);
}
