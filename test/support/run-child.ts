import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const children = fileURLToPath(new URL('../children', import.meta.url));
/** A process that says nothing for so long hangs. */
const silenceMilliseconds = 60_000;

export interface ChildResult {
  /** Exit code; null where a signal ended the process. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Lines of standard output. */
  readonly lines: readonly string[];
  readonly stderr: string;
}

/**
 * Runs a file of test/children in a process of its own, for what may end the process or shows in its
 * memory. One that falls silent is killed.
 */
export function runChild(
  script: string,
  scriptArguments: readonly string[] = [],
  nodeArguments: readonly string[] = [],
): Promise<ChildResult> {
  const child = spawn(
    process.execPath,
    [...nodeArguments, '--import', 'tsx', path.join(children, script), ...scriptArguments],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let stdout = '';
  let stderr = '';
  let silence: NodeJS.Timeout | undefined;
  const listen = (): void => {
    clearTimeout(silence);
    silence = setTimeout(() => child.kill('SIGKILL'), silenceMilliseconds);
  };
  listen();
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
    listen();
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(silence);
      resolve({ code, signal, lines: stdout.split('\n').filter((line) => line !== ''), stderr });
    });
  });
}
