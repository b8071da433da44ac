// Builds llama-server from the sources that node-llama-cpp brings, the version of llama.cpp that our engine is:
// `npm run build:llama-server -- FOLDER` downloads, builds (minutes) and prints the path of the program. Needs git, cmake,
// ninja and a C++ compiler. What is there already is not made again.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const version = '3.22.1';
const targets = ['llama-server', 'llama-speculative', 'llama-speculative-simple'];

const [argument] = process.argv.slice(2);
if (argument === undefined) {
  console.error('Give a folder: npm run build:llama-server -- FOLDER');
  process.exit(2);
}
const folder = path.resolve(argument);
const archive = path.join(folder, `node-llama-cpp-${version}.tgz`);
const bundle = path.join(folder, 'package', 'llama', 'gitRelease.bundle');
const source = path.join(folder, 'src');
const build = path.join(source, 'build');

mkdirSync(folder, { recursive: true });
if (!existsSync(archive)) run('npm', ['pack', `node-llama-cpp@${version}`]);
if (!existsSync(bundle)) run('tar', ['xzf', archive]);
if (!existsSync(source)) run('git', ['clone', bundle, source]);
run('cmake', ['-S', source, '-B', build, '-G', 'Ninja', ...flags()]);
run('cmake', ['--build', build, '-j', String(os.availableParallelism()), '--target', ...targets]);
console.log(path.join(build, 'bin', 'llama-server'));

/** Explicit instructions: a native build crashed in passes over several tokens on a CPU with AMX. */
function flags() {
  const on = [];
  if (process.arch === 'x64') {
    on.push('AVX', 'AVX2', 'FMA', 'F16C', 'BMI2');
    const features = processorFeatures();
    if (features.has('avx512f')) on.push('AVX512');
    if (features.has('avx512_vnni')) on.push('AVX512_VNNI');
  }
  return [
    '-DCMAKE_BUILD_TYPE=Release',
    '-DGGML_NATIVE=OFF',
    ...on.map((name) => `-DGGML_${name}=ON`),
    ...['CURL', 'BUILD_UI', 'BUILD_TESTS', 'OPENSSL'].map((name) => `-DLLAMA_${name}=OFF`),
  ];
}

function processorFeatures() {
  if (process.platform !== 'linux') return new Set();
  const [, list = ''] = /^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8')) ?? [];
  return new Set(list.trim().split(' '));
}

/** Shows what a command says on standard error: standard output is the path alone. */
function run(command, parameters) {
  const { status, error } = spawnSync(command, parameters, { cwd: folder, stdio: ['ignore', 2, 'inherit'] });
  if (error !== undefined) console.error(`${command} does not start: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}
