import { CommanderError } from '@commander-js/extra-typings';
import { ForetokenError } from '@foretoken/core';
import { interrupted } from './output/interrupt.js';
import { note } from './output/lines.js';
import { createProgram } from './program.js';

const failure = 1;
const usage = 2;

/** Runs the command with these arguments, says what went wrong, and leaves the exit code in `process.exitCode`. */
export async function runProgram(commandArguments: readonly string[]): Promise<void> {
  const program = await createProgram(commandArguments.find((argument) => !argument.startsWith('-')));
  for (const command of [program, ...program.commands]) command.exitOverride();
  try {
    await program.parseAsync(commandArguments, { from: 'user' });
  } catch (error) {
    process.exitCode = report(error, program.opts().verbose === true);
  }
}

function report(error: unknown, verbose: boolean): number {
  // commander has printed its own message already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : usage;
  if (error instanceof Error && error.name === 'AbortError') return interrupted;
  if (verbose && error instanceof Error) note(error.stack ?? error.message);
  else note(`foretoken: ${error instanceof Error ? error.message : String(error)}`);
  if (ForetokenError.isInstance(error)) return error.name === 'InvalidArgumentError' ? usage : failure;
  if (!verbose) note('This is a bug in Foretoken: --verbose shows where.');
  return failure;
}
