import type { CommandResult } from './run-command.js';

let last: Promise<unknown> = Promise.resolve();

/** Runs the command in this process, one after the other, without colours; what it writes is caught. */
export function runHere(commandArguments: readonly string[]): Promise<CommandResult> {
  const run = last.then(() => runAlone(commandArguments));
  last = run.catch(() => {});
  return run;
}

async function runAlone(commandArguments: readonly string[]): Promise<CommandResult> {
  // Read where the command's modules are loaded.
  process.env['NO_COLOR'] = '1';
  const { runProgram } = await import('../src/run-program.js');
  const before = { exitCode: process.exitCode, listeners: process.listeners('SIGINT') };
  const [stdout, stderr] = [catchWrites(process.stdout), catchWrites(process.stderr)];
  process.exitCode = undefined;
  try {
    await runProgram(commandArguments);
    return { code: exitCode(), stdout: stdout.text(), stderr: stderr.text() };
  } finally {
    stdout.end();
    stderr.end();
    process.exitCode = before.exitCode;
    // A process of its own would take them along.
    for (const listener of process.listeners('SIGINT'))
      if (!before.listeners.includes(listener)) process.removeListener('SIGINT', listener);
  }
}

function exitCode(): number {
  return Number(process.exitCode ?? 0);
}

function catchWrites(stream: NodeJS.WriteStream): { text(): string; end(): void } {
  const write = stream.write.bind(stream);
  let text = '';
  stream.write = ((chunk: string | Uint8Array, ...rest: readonly unknown[]) => {
    text += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    const done = rest.at(-1);
    if (typeof done === 'function') process.nextTick(done);
    return true;
  }) as typeof stream.write;
  return {
    text: () => text,
    end() {
      stream.write = write;
    },
  };
}
