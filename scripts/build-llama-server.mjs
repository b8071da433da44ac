// Builds llama-server from the sources that node-llama-cpp brings, the version of llama.cpp that our engine is:
// `npm run build:llama-server -- FOLDER` downloads, builds (minutes) and prints the path of the program. Needs git, cmake,
// ninja, a C++ compiler and `npm run build`. What is there already is not made again.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { findLibrary } from '../packages/llamacpp-backend/dist/library-path.js';

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
const off = ['CURL', 'BUILD_UI', 'BUILD_TESTS', 'OPENSSL'].map((name) => `-DLLAMA_${name}=OFF`);
const kernels = ['-DGGML_BACKEND_DL=ON', '-DGGML_CPU=OFF', '-DGGML_NATIVE=OFF'];
run('cmake', ['-S', source, '-B', build, '-G', 'Ninja', '-DCMAKE_BUILD_TYPE=Release', ...kernels, ...off]);
run('cmake', ['--build', build, '-j', String(os.availableParallelism()), '--target', ...targets]);
addKernels();
console.log(path.join(build, 'bin', 'llama-server'));

/**
 * The kernels are the very libraries that our engine computes with, so that what is compared is decoding: compilers differ. GCC
 * 12 makes kernels that are killed on processors with AMX (it moves stores behind the instruction that loads a tile's
 * configuration), Clang 14 ones that take twice as long.
 */
function addKernels() {
  const { folder: libraries } = findLibrary();
  for (const name of readdirSync(libraries).filter((file) => /^(lib)?ggml-(?!base)/.test(file)))
    copyFileSync(path.join(libraries, name), path.join(build, 'bin', name));
}

/** Shows what a command says on standard error: standard output is the path alone. */
function run(command, parameters) {
  const { status, error } = spawnSync(command, parameters, { cwd: folder, stdio: ['ignore', 2, 'inherit'] });
  if (error !== undefined) console.error(`${command} does not start: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}
