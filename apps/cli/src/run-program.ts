import { CommanderError } from '@commander-js/extra-typings';
import { ForetokenError } from '@foretoken/core';
import { interrupted } from './output/interrupt.js';
import { note } from './output/lines.js';
import { createProgram } from './program.js';

const usage = 2;
/** Exit codes of these are verdicts, and 1 is a bad one. */
const verdictCommands: ReadonlySet<string | undefined> = new Set(['audit', 'compare']);

/** Runs the command with these arguments, says what went wrong, and leaves the exit code in `process.exitCode`. */
export async function runProgram(commandArguments: readonly string[]): Promise<void> {
  const name = commandArguments.find((argument) => !argument.startsWith('-'));
  const program = await createProgram(name);
  for (const command of [program, ...program.commands]) command.exitOverride();
  try {
    await program.parseAsync(commandArguments, { from: 'user' });
  } catch (error) {
    const failure = verdictCommands.has(name) ? 4 : 1;
    process.exitCode = report(error, failure, program.opts().verbose === true);
  }
}

function report(error: unknown, failure: number, verbose: boolean): number {
  // commander has printed its own message already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : usage;
  if (error instanceof Error && error.name === 'AbortError') return interrupted;
  if (verbose && error instanceof Error) note(error.stack ?? error.message);
  else note(`foretoken: ${error instanceof Error ? error.message : String(error)}`);
  if (ForetokenError.isInstance(error)) return error.name === 'InvalidArgumentError' ? usage : failure;
  if (!verbose) note('This is a bug in Foretoken: --verbose shows where.');
  return failure;
}
