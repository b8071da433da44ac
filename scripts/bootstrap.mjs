// Prepares a checkout: installs what is missing from the lockfile, then builds what changed.
// No dependencies, so that it runs before anything is installed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const leastNode = 20;
const stampFile = path.join(root, 'node_modules', '.foretoken-install');

const [major] = process.versions.node.split('.').map(Number);
if (major < leastNode) {
  console.error(`Foretoken needs Node ${leastNode} or later; this is ${process.versions.node}.`);
  process.exit(1);
}

const stamp = createHash('sha256')
  .update(readFileSync(path.join(root, 'package-lock.json')))
  .update(`${major} ${process.platform} ${process.arch}`)
  .digest('hex');
if (!existsSync(stampFile) || readFileSync(stampFile, 'utf8') !== stamp) {
  console.error('Installing the dependencies (once) ...');
  // A half-finished install leaves no stamp, and the next one begins anew.
  rmSync(stampFile, { force: true });
  // Not `npm ci`: it refuses a lockfile made where a platform's optional packages could not be seen.
  // The versions are the lockfile's all the same, and nothing is written to it.
  npm('install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error');
  writeFileSync(stampFile, stamp);
}
run(process.execPath, [path.join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-b', root]);

function npm(...parameters) {
  // Under `npm run`, npm says where it is; a shell is needed to find npm.cmd on Windows.
  const script = process.env.npm_execpath;
  if (script?.endsWith('.js')) run(process.execPath, [script, ...parameters]);
  else run('npm', parameters, process.platform === 'win32');
}

function run(command, parameters, shell = false) {
  const { status, error } = spawnSync(command, parameters, {
    cwd: root,
    stdio: ['ignore', 2, 'inherit'],
    shell,
  });
  if (error !== undefined) console.error(`${command} does not start: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}
