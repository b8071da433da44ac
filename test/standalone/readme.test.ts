import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const root = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));
const run = promisify(execFile);

test('the commands of the README are scripts of the package', async () => {
  const readme = await readFile(path.join(root, 'README.md'), 'utf8');
  const { scripts } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const [, block] = /```sh\n([^`]*)```/.exec(readme) ?? [];
  expect(block?.trim().split('\n')).toEqual(['npm run demo', 'npm test']);
  expect(Object.keys(scripts)).toEqual(expect.arrayContaining(['demo', 'test']));
});

test('the library example of the README runs as it stands there', async () => {
  const readme = await readFile(path.join(root, 'README.md'), 'utf8');
  const [, code] = /<!-- example:generate -->\n```ts\n([^`]*)```/.exec(readme) ?? [];
  // Inside the checkout, so that it finds the packages as an installed project would.
  const folder = await mkdtemp(path.join(root, 'node_modules', '.readme-'));
  try {
    const file = path.join(folder, 'example.mjs');
    await writeFile(file, code as string);
    const { stdout } = await run(process.execPath, [file]);
    expect(stdout.length).toBeGreaterThan(20);
  } finally {
    await rm(folder, { recursive: true });
  }
});
