import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeWhole } from './write-whole.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'foretoken-whole-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Stops for good while its temporary file is open. */
const stuckWriter = `
  import { writeWhole } from ${JSON.stringify(new URL('write-whole.ts', import.meta.url).href)};
  const forever = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  await writeWhole(process.argv[1], { toJSON: forever });`;

test('what a killed writer leaves is removed by the next one, and what a running one writes is not', async () => {
  const file = path.join(folder, 'profile.json');
  const foreign = 'profile.json.other.tmp';
  await writeFile(path.join(folder, foreign), '');
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', stuckWriter, file], {
    stdio: 'inherit',
  });
  const ended = once(child, 'exit');
  const names = async (): Promise<string[]> => (await readdir(folder)).toSorted();
  while ((await names()).length < 2 && child.exitCode === null) await wait(10);
  const temporary = (await names()).find((name) => name !== foreign);
  expect(temporary).toMatch(/^profile\.json\..*\.tmp$/);

  await writeWhole(file, 1);
  expect(await names()).toContain(temporary);
  child.kill('SIGKILL');
  await ended;
  expect(await names()).toContain(temporary);
  await writeWhole(file, 2);
  expect(await names()).toEqual(['profile.json', foreign]);
  expect(await readFile(file, 'utf8')).toBe('2\n');
});
