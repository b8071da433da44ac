import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const main = fileURLToPath(new URL('../../apps/cli/dist/main.js', import.meta.url));
const run = promisify(execFile);

/** Runs a command of the built CLI, and gives its standard output. @throws with its standard error where it fails. */
export async function foretoken(...commandArguments: readonly string[]): Promise<string> {
  const { stdout } = await run(process.execPath, [main, ...commandArguments], { maxBuffer: 2 ** 28 });
  return stdout;
}
