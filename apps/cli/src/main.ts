#!/usr/bin/env node
import { runProgram } from './run-program.js';

// A reader that has enough (`| head`) is no error, and what the command found stays its exit code.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit();
    throw error;
  });
}

await runProgram(process.argv.slice(2));
