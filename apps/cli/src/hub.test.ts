import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { tinyModels } from '@foretoken/tiny-models';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type HubServer, sha256, startHubServer } from '../../../packages/hub/testing/hub-server.js';
import { finishCommand, runCommand, startCommand } from '../testing/run-command.js';

const [failure, usage, interrupted] = [1, 2, 130];
const commit = 'c'.repeat(40);
const name = 'owner/tiny:Q8_0';

let folder: string;
let server: HubServer;
let model: Buffer;
/** Up to which byte the server sends, to say nothing more then. */
let held: number | undefined;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'foretoken-hub-cli-'));
  model = await readFile(tinyModels.draft);
  const files = { 'tiny-Q8_0.gguf': model, 'tiny-F16.gguf': Buffer.from('GGUF') };
  server = await startHubServer({
    repositories: { 'owner/tiny': { commit, files } },
    interfere: ({ at, range }, response, body) => {
      if (at === 'hub' || held === undefined) return false;
      const from = Number(/\d+/.exec(range ?? '')?.[0]);
      response.writeHead(206, { 'content-range': `bytes ${from}-${body.length - 1}/${body.length}` });
      response.write(body.subarray(from, held));
      return true;
    },
  });
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

/** Where a command keeps models and takes them from; nothing of this machine's own settings. */
const environment = (cache: string): NodeJS.ProcessEnv => ({
  NO_COLOR: '1',
  HF_HUB_CACHE: path.join(folder, cache),
  HF_HOME: path.join(folder, 'home'),
  HF_ENDPOINT: `${server.url}/`,
  HF_TOKEN: '',
  HF_HUB_OFFLINE: '',
});
const run = (cache: string, ...parameters: string[]) =>
  runCommand(parameters, { environment: environment(cache) });

const incompleteFile = (cache: string): string =>
  path.join(folder, cache, 'models--owner--tiny', 'blobs', `${sha256(model)}.incomplete`);
/** Waits until a command has downloaded so many bytes. */
async function untilThere(cache: string, bytes: number): Promise<void> {
  while ((await stat(incompleteFile(cache)).catch(() => undefined))?.size !== bytes) await sleep(5);
}

it('a model is pulled, listed, used as target and draft, and removed', async () => {
  const pulled = await run('whole', 'pull', name);
  expect(pulled.code, pulled.stderr).toBe(0);
  const file = pulled.stdout.trim();
  expect(file).toBe(path.join(folder, 'whole', 'models--owner--tiny', 'snapshots', commit, 'tiny-Q8_0.gguf'));
  expect(pulled.stderr).toMatch(
    /100 %: tiny-Q8_0\.gguf, (4\.\d MB) of \1, .*\/s \(0 s left\)\n\1, .* owner\/tiny:Q8_0\n/,
  );
  expect(sha256(await readFile(file))).toBe(sha256(model));

  const listed = await run('whole', 'models');
  expect(listed.stdout).toMatch(/owner\/tiny:Q8_0 *│ Q8_0 *│ 4\.\d MB *│ .*tiny-Q8_0\.gguf/);

  const settings = ['-n', '8', '--draft-length', '2', '--threads', '1'];
  const generated = await run('whole', 'generate', 'export ', '--model', name, '--draft', name, ...settings);
  expect(generated.code, generated.stderr).toBe(0);
  expect(generated.stderr).toMatch(/[1-9]\d* of \d+ draft tokens accepted/);

  const removed = await run('whole', 'models', '--remove', name);
  expect(removed).toMatchObject({ code: 0, stdout: `${file}\n` });
  expect(removed.stderr).toMatch(/Removed 1 of .*: 4\.\d MB are free again/);
  expect(await readdir(path.join(folder, 'whole'))).toEqual([]);
});

it.each<[what: string, parameters: readonly string[], code: number, message: RegExp]>([
  [
    'a choice that is missing',
    ['pull', 'owner/tiny'],
    usage,
    /has 2 models on the hub: say which.*\n {2}F16 /,
  ],
  [
    'a model that was not pulled',
    ['generate', 'a', '--draft', name],
    failure,
    /"foretoken pull owner\/tiny:Q8_0"/,
  ],
])('%s is named, with what to do', async (_, parameters, code, message) => {
  const result = await run('empty', ...parameters);
  expect(result.stderr).toMatch(message);
  expect(result).toMatchObject({ code, stdout: '' });
  expect(existsSync(path.join(folder, 'empty'))).toBe(false);
});

it('what an interrupted pull has left can be removed', async () => {
  held = 1000;
  const child = startCommand(['pull', name], environment('left'));
  const end = finishCommand(child);
  await untilThere('left', 1000);
  child.kill('SIGKILL');
  await end;
  held = undefined;
  const removed = await run('left', 'models', '--remove-unfinished');
  expect(removed).toMatchObject({ code: 0, stdout: `${incompleteFile('left')}\n` });
  expect(removed.stderr).toMatch(/Removed 1 of .*: 1\.0 kB are free again/);
  expect(await readdir(path.join(folder, 'left'))).toEqual([]);
});

it.skipIf(!existsSync('/usr/bin/script') || process.platform !== 'linux')(
  'Ctrl-C at the bar of a terminal is no success',
  async () => {
    held = 1000;
    const command = `${process.execPath} ${path.join(import.meta.dirname, '..', 'dist', 'main.js')} pull ${name}`;
    const child = spawn('/usr/bin/script', ['--quiet', '--return', '--command', command, '/dev/null'], {
      env: { ...process.env, ...environment('terminal') },
    });
    child.stdout.resume();
    const code = new Promise((resolve) => child.on('close', resolve));
    await untilThere('terminal', 1000);
    child.stdin.write('\u0003');
    expect(await code).toBe(interrupted);
    held = undefined;
  },
);

it.skipIf(process.platform === 'win32')('a pull whose process is killed or interrupted goes on', async () => {
  const endAt = async (bytes: number, signal: NodeJS.Signals) => {
    held = bytes;
    const child = startCommand(['pull', name], environment('killed'));
    const end = finishCommand(child);
    await untilThere('killed', bytes);
    child.kill(signal);
    return end;
  };
  expect(await endAt(1, 'SIGKILL')).toMatchObject({ code: null, stdout: '' });
  expect(await endAt(1_234_567, 'SIGKILL')).toMatchObject({ code: null, stdout: '' });
  const stopped = await endAt(model.length - 1, 'SIGINT');
  expect(stopped.code).toBe(interrupted);
  expect(stopped.stderr).toMatch(/What is there is kept: the same command goes on from it/);
  // Regression: what an interrupted pull had left took up the disk, and no command said so.
  const listed = await run('killed', 'models');
  expect(listed.stderr).toMatch(/^owner\/tiny: 4\.\d MB of an unfinished pull\. The same pull goes on/);
  held = undefined;
  const pulled = await run('killed', 'pull', name);
  expect(pulled.code, pulled.stderr).toBe(0);
  const starts = server.requests.filter(({ at }) => at === 'content').slice(-4);
  expect(starts.map(({ range }) => range)).toEqual(
    [0, 1, 1_234_567, model.length - 1].map((start) => `bytes=${start}-`),
  );
  expect(sha256(await readFile(pulled.stdout.trim()))).toBe(sha256(model));
  expect(existsSync(incompleteFile('killed'))).toBe(false);
  expect((await run('killed', 'models')).stderr).toBe('');
});
