// The Python reference: `npm run reference` makes every golden fixture anew and fails where one changed, runs
// the oracle's own checks, and holds the TypeScript to the fixtures.
//
//   npm run reference -- --write [NAME ...]   writes fixtures (all of them, or the named ones)
//   npm run reference -- --peers MODELS       compares with Hugging Face transformers (several GB of packages) on
//                                             target and draft: .safetensors, .config.json, and one tokenizer.json
//   npm run reference -- --three              writes docs/three-implementations.md: NumPy, llama.cpp, ONNX Runtime
//
// No dependencies, and nothing else in the project needs Python.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const reference = path.join(root, 'reference');
const windows = process.platform === 'win32';
const leastPython = [3, 11];
const peerBytes = 12e9;
const vitest = path.join(root, 'node_modules', 'vitest', 'vitest.mjs');
const fixtureTests = ['test/standalone/reference', 'packages/core/src/random/philox-blocks.test.ts'];
// Newest first, after the plain names: a plain name is what the machine's owner chose.
const pythonNames = ['python3', 'python', 'python3.14', 'python3.13', 'python3.12', 'python3.11'];

const [mode, ...names] = process.argv.slice(2);
if (mode === undefined) checkAll();
else if (mode === '--write') write();
else if (mode === '--peers' && names.length === 1) comparePeers(path.resolve(names[0]));
else if (mode === '--three' && names.length === 0) compareThree();
else stop('Usage: npm run reference [-- --write [NAME ...] | -- --peers MODELS | -- --three]', 2);

function checkAll() {
  const python = environment('.venv', 'requirements.txt');
  const failed = [
    // First, because a fixture holds what is computed of generated graphs.
    ['build', process.execPath, [path.join('scripts', 'bootstrap.mjs')], root],
    ['lint', python, ['-m', 'ruff', 'check', '.'], reference],
    ['format', python, ['-m', 'ruff', 'format', '--check', '.'], reference],
    ['types', python, ['-m', 'mypy'], reference],
    ['the oracle against its laws', python, ['-m', 'pytest'], reference],
    ['fixtures made anew', python, ['-m', 'generate', '--check'], reference],
    ['the TypeScript against the fixtures', process.execPath, [vitest, 'run', ...fixtureTests], root],
  ].filter(([title, command, parameters, folder]) => !step(title, command, parameters, folder));
  if (failed.length > 0) stop(`The reference failed: ${failed.map(([title]) => title).join('; ')}.`);
  console.log('The reference agrees: fixtures unchanged, TypeScript and oracle alike.');
}

function write() {
  const python = environment('.venv', 'requirements.txt');
  if (!step('build', process.execPath, [path.join('scripts', 'bootstrap.mjs')], root)) process.exit(1);
  const { status } = spawnSync(python, ['-m', 'generate', ...names], { cwd: reference, stdio: 'inherit' });
  process.exit(status ?? 1);
}

function comparePeers(models) {
  if (!existsSync(path.join(models, 'target.safetensors'))) {
    stop(
      `There is no target.safetensors in ${models}; --peers takes the folder of the embedded family's weights.`,
    );
  }
  const folder = path.join(reference, '.venv-peers');
  const { bavail, bsize } = statfsSync(reference);
  if (!existsSync(folder) && bavail * bsize < peerBytes) {
    stop(`The peers need ${peerBytes / 1e9} GB of disk; ${((bavail * bsize) / 1e9).toFixed(1)} GB are free.`);
  }
  const python = environment('.venv-peers', 'requirements-peers.txt');
  const ours = path.join(folder, 'greedy-texts.json');
  const writer = path.join('test', 'standalone', 'reference', 'write-greedy-texts.ts');
  const done =
    step('build', process.execPath, [path.join('scripts', 'bootstrap.mjs')], root) &&
    step('our greedy texts', process.execPath, ['--import', 'tsx', writer, models, ours], root) &&
    step('peers', python, ['-m', 'peers', models, ours], reference);
  console.log(`The packages stay in ${path.relative(root, folder)}; delete it to have the disk back.`);
  if (!done) stop('The peers differ, or did not run.');
}

function compareThree() {
  const python = environment('.venv', 'requirements.txt');
  const done =
    step('build', process.execPath, [path.join('scripts', 'bootstrap.mjs')], root) &&
    step('three implementations', python, ['-m', 'three'], reference);
  if (!done) stop('The three implementations were not compared.');
}

/** A virtual environment with the locked packages; returns its Python. */
function environment(name, requirements) {
  const folder = path.join(reference, name);
  const python = path.join(folder, windows ? 'Scripts' : 'bin', windows ? 'python.exe' : 'python');
  const lock = path.join(reference, requirements);
  const { command, version } = findPython();
  const stamp = createHash('sha256').update(readFileSync(lock)).update(version).digest('hex');
  const stampFile = path.join(folder, '.foretoken-install');
  if (existsSync(python) && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return python;

  console.log(`Installing the packages of reference/${requirements} for Python ${version} (once) ...`);
  rmSync(folder, { recursive: true, force: true });
  if (spawnSync(command, ['-m', 'venv', folder], { stdio: 'ignore' }).status !== 0) {
    stop(`${command} cannot make a virtual environment; install its venv module (Debian: python3-venv).`);
  }
  const { status, stderr } = spawnSync(
    python,
    ['-m', 'pip', 'install', '--quiet', '--require-hashes', '--retries', '1', '-r', lock],
    { cwd: reference, stdio: ['ignore', 'inherit', 'pipe'], encoding: 'utf8' },
  );
  if (status !== 0) {
    rmSync(folder, { recursive: true, force: true });
    const lines = stderr.trim().split('\n');
    const unreachable =
      /connection|resolve host|name resolution|unreachable|timed out|No matching distribution/i;
    stop(
      unreachable.test(stderr)
        ? 'No network: the packages of the reference cannot be fetched. npm test does not need them.'
        : `The packages of the reference cannot be installed: ${lines.findLast((line) => line.startsWith('ERROR')) ?? lines.at(-1)}`,
    );
  }
  writeFileSync(stampFile, stamp);
  return python;
}

/** The first Python that is new enough. */
function findPython() {
  const seen = new Set();
  for (const command of pythonNames) {
    const { status, stdout } = spawnSync(
      command,
      ['-c', 'import sys; print("%d.%d.%d" % sys.version_info[:3])'],
      {
        encoding: 'utf8',
      },
    );
    if (status !== 0) continue;
    const version = stdout.trim();
    const [major, minor] = version.split('.').map(Number);
    if (major === leastPython[0] && minor >= leastPython[1]) return { command, version };
    seen.add(version);
  }
  const found = seen.size > 0 ? `found ${[...seen].join(', ')}` : 'found none';
  return stop(
    `The reference needs Python ${leastPython.join('.')} or later (${found}). npm test does not need it.`,
  );
}

/** Runs a command with its output shown; true where it succeeded. */
function step(title, command, parameters, cwd) {
  console.log(`--- ${title}`);
  return spawnSync(command, parameters, { cwd, stdio: 'inherit' }).status === 0;
}

function stop(message, status = 1) {
  console.error(message);
  process.exit(status);
}
