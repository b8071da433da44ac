import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { runHere } from './run-here.js';

/** The built command. */
export const main: string = fileURLToPath(new URL('../dist/main.js', import.meta.url));

export interface CommandResult {
  /** Exit code; null where a signal killed the process. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts the built command; colours are off unless `environment` says otherwise. */
export function startCommand(
  commandArguments: readonly string[],
  environment: NodeJS.ProcessEnv = { NO_COLOR: '1' },
): ChildProcessWithoutNullStreams {
  const inherited = { ...process.env };
  // The test runner sets these for itself.
  delete inherited['NO_COLOR'];
  delete inherited['FORCE_COLOR'];
  return spawn(process.execPath, [main, ...commandArguments], { env: { ...inherited, ...environment } });
}

/** Waits for the end of a started command. */
export function finishCommand(child: ChildProcessWithoutNullStreams): Promise<CommandResult> {
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

/**
 * Runs the command to its end: in this process, which saves starting one; as a process of its own where it is given a
 * standard input or an environment.
 */
export function runCommand(
  commandArguments: readonly string[],
  options: { readonly input?: string; readonly environment?: NodeJS.ProcessEnv } = {},
): Promise<CommandResult> {
  if (options.input === undefined && options.environment === undefined) return runHere(commandArguments);
  const child = startCommand(commandArguments, options.environment);
  // A command that fails before it reads its input closes the pipe.
  child.stdin.on('error', () => {});
  child.stdin.end(options.input ?? '');
  return finishCommand(child);
}
