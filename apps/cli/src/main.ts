#!/usr/bin/env node
import { CommanderError } from '@commander-js/extra-typings';
import { ForetokenError } from '@foretoken/core';
import { note } from './output/lines.js';
import { createProgram } from './program.js';

const failure = 1;
const usage = 2;
const interrupted = 130;

// A reader that has enough (`| head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

const program = await createProgram(process.argv.slice(2).find((argument) => !argument.startsWith('-')));
for (const command of [program, ...program.commands]) command.exitOverride();
try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

function report(error: unknown): number {
  // commander has printed its own message already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : usage;
  if (error instanceof Error && error.name === 'AbortError') return interrupted;
  const verbose = program.opts().verbose === true;
  if (verbose && error instanceof Error) note(error.stack ?? error.message);
  else note(`foretoken: ${error instanceof Error ? error.message : String(error)}`);
  if (ForetokenError.isInstance(error)) return error.name === 'InvalidArgumentError' ? usage : failure;
  if (!verbose) note('This is a bug in Foretoken: --verbose shows where.');
  return failure;
}
