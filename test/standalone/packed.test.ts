import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));
const run = promisify(execFile);

interface PackedPackage {
  readonly name: string;
  readonly files: readonly string[];
  readonly exports: Readonly<Record<string, unknown>> | undefined;
}

let project: string;
let packed: readonly PackedPackage[];

// A project that has installed the packed packages, and the libraries that they ask for from the lockfile.
beforeAll(async () => {
  project = await mkdtemp(path.join(os.tmpdir(), 'foretoken-packed-'));
  const modules = path.join(project, 'node_modules');
  await mkdir(modules);
  for (const name of await readdir(path.join(root, 'node_modules'))) {
    if (name !== '@foretoken' && name !== 'foretoken' && !name.startsWith('.'))
      await symlink(path.join(root, 'node_modules', name), path.join(modules, name), 'junction');
  }
  const folders = ['packages', 'apps'].map(async (folder) =>
    (await readdir(path.join(root, folder))).map((name) => path.join(root, folder, name)),
  );
  packed = await Promise.all((await Promise.all(folders)).flat().map((folder) => install(folder, modules)));
  await writeFile(path.join(project, 'package.json'), '{ "type": "module" }');
}, 120_000);
afterAll(() => rm(project, { recursive: true }));

async function install(folder: string, modules: string): Promise<PackedPackage> {
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', project], { cwd: folder });
  const described = JSON.parse(stdout) as Record<string, unknown>;
  // npm 11 lists packages by name where npm 10 had an array.
  const [entry] = Object.values(described) as [{ name: string; filename: string; files: { path: string }[] }];
  const target = path.join(modules, entry.name);
  await mkdir(target, { recursive: true });
  await run('tar', ['-xzf', path.join(project, entry.filename), '-C', target, '--strip-components=1']);
  // Versions that could not be hoisted lie beside the package.
  const own = path.join(folder, 'node_modules');
  if (existsSync(own)) await symlink(own, path.join(target, 'node_modules'), 'junction');
  const { exports } = JSON.parse(await readFile(path.join(target, 'package.json'), 'utf8')) as PackedPackage;
  return { name: entry.name, exports, files: entry.files.map((file) => file.path) };
}

test('every package brings its licence and its page, and no tests', () => {
  for (const { name, files } of packed) {
    expect(files, name).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'package.json']));
    expect(
      files.filter((file) => /\.test\.|tsbuildinfo|^src\//.test(file)),
      name,
    ).toEqual([]);
  }
});

test('every entry point can be imported from the installed packages', async () => {
  const specifiers = packed.flatMap(({ name, exports = {} }) =>
    Object.keys(exports).map((entry) => path.posix.join(name, entry)),
  );
  expect(specifiers.length).toBeGreaterThan(4);
  const code = `for (const name of ${JSON.stringify(specifiers)}) {
    if (Object.keys(await import(name)).length === 0) throw new Error(name + ' exports nothing');
  }`;
  await writeFile(path.join(project, 'imports.js'), code);
  await run(process.execPath, [path.join(project, 'imports.js')], { cwd: project });
});

test('the installed command generates', async () => {
  const command = path.join(project, 'node_modules', 'foretoken', 'bin', 'foretoken.js');
  const options = ['generate', 'export function add(', '-n', '8', '--draft-length', '2', '--threads', '1'];
  const { stdout } = await run(process.execPath, [command, ...options], { cwd: project });
  expect(stdout.length).toBeGreaterThan(4);
});
