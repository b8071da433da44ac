import { execFile } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const packageFolder = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/**
 * Runs a module in a process of its own, in this package's folder.
 *
 * @returns the JSON that it prints.
 */
export async function runScript(
  source: string,
  options: {
    readonly flags?: readonly string[];
    readonly environment?: Readonly<Record<string, string>>;
  } = {},
): Promise<unknown> {
  const { flags = [], environment = {} } = options;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [...flags, '--input-type=module', '--eval', source],
    { cwd: packageFolder, env: { ...process.env, ...environment } },
  );
  return JSON.parse(stdout) as unknown;
}
