import { execFile } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));

// The script in a folder of its own, with a `python3` that only knows what the script asks first.
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'foretoken-script-'));
  await mkdir(path.join(folder, 'bin'));
  await cp(path.join(root, 'scripts', 'reference.mjs'), path.join(folder, 'scripts', 'reference.mjs'));
  await cp(
    path.join(root, 'reference', 'requirements.txt'),
    path.join(folder, 'reference', 'requirements.txt'),
  );
});
afterAll(() => rm(folder, { recursive: true }));

test('without Python, one line says so', async () => {
  expect(await reference('')).toEqual({
    code: 1,
    stderr: 'The reference needs Python 3.11 or later (found none). npm test does not need it.\n',
  });
});

test('an unknown argument is a usage error', async () => {
  expect(await reference('', '--wirte')).toEqual({
    code: 2,
    stderr: 'Usage: npm run reference [-- --write [NAME ...] | -- --peers MODELS | -- --three]\n',
  });
});

describe.runIf(process.platform !== 'win32')('with a Python', () => {
  test('that is too old, one line says which is needed', async () => {
    expect(await reference(await python('3.10.13', 'exit 1'))).toEqual({
      code: 1,
      stderr: 'The reference needs Python 3.11 or later (found 3.10.13). npm test does not need it.\n',
    });
  });

  test('that makes no virtual environment, one line says what to install', async () => {
    const { code, stderr } = await reference(await python('3.12.1', 'exit 1'));
    expect(code).toBe(1);
    expect(stderr).toBe(
      'python3 cannot make a virtual environment; install its venv module (Debian: python3-venv).\n',
    );
  });

  test('but without a network, one line says so', async () => {
    const pip = 'echo "NewConnectionError: Failed to establish a new connection" >&2; exit 1';
    const makeEnvironment = `/bin/mkdir -p "$3/bin"; echo '#!/bin/sh
${pip}' > "$3/bin/python"; /bin/chmod +x "$3/bin/python"`;
    expect(await reference(await python('3.12.1', makeEnvironment))).toEqual({
      code: 1,
      stderr: 'No network: the packages of the reference cannot be fetched. npm test does not need them.\n',
    });
  });
});

/** Writes a `python3` that answers the version, and does `otherwise` when asked for anything else. */
async function python(version: string, otherwise: string): Promise<string> {
  const bin = path.join(folder, 'bin');
  const file = path.join(bin, 'python3');
  await writeFile(file, `#!/bin/sh\nif [ "$1" = -c ]; then echo ${version}; else\n${otherwise}\nfi\n`);
  await chmod(file, 0o755);
  return bin;
}

/** Runs the script with nothing but one folder on the path. */
async function reference(bin: string, ...parameters: string[]): Promise<{ code: number; stderr: string }> {
  return new Promise((resolve) => {
    const script = path.join(folder, 'scripts', 'reference.mjs');
    const env = { ...process.env, PATH: bin };
    execFile(process.execPath, [script, ...parameters], { env }, (error, _, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stderr });
    });
  });
}
