import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { runCommand } from '../testing/run-command.js';

test('--version prints the version of the package, and no more', async () => {
  const { version } = createRequire(import.meta.url)('../package.json') as { version: string };
  expect(await runCommand(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
});
