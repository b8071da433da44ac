// Mutation testing with Stryker, one part of the sources after another: `npm run mutation -- verification`.
// The numbers of every part that ran replace that part's in bench/results/mutation.json. With `--mutate PATTERNS`
// (files from the root, by commas) only those of a part's files are mutated, and nothing is recorded. MUTATION_TESTS in the
// environment (patterns, by commas) names the tests to run instead of the part's own.
import { spawnSync } from 'node:child_process';
import { mkdirSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const resultFile = path.join(root, 'bench', 'results', 'mutation.json');
const reportFolder = path.join('.cache', 'mutation');

// Left out: tests, what only tests use, and the base64 of the compiled WebAssembly kernel.
const parts = {
  verification: ['packages/core/src/verification/**/*.ts'],
  sampling: ['packages/core/src/sampling/**/*.ts', '!packages/core/src/sampling/softmax-kernel-code.ts'],
  decoding: ['packages/core/src/decoding/**/*.ts'],
};
for (const folder of [
  'distributions',
  'effect-size',
  'equivalence',
  'errors',
  'goodness-of-fit',
  'multiple-testing',
  'power',
  'random',
  'sequential',
  'special',
  'two-sample',
]) {
  parts[`stats/${folder}`] = [`packages/stats/src/${folder}/**/*.ts`];
}

const committedValues = {
  'stats/special': ['test/standalone/reference/special-functions.test.ts'],
  'stats/distributions': ['test/standalone/reference/special-functions.test.ts'],
  'stats/goodness-of-fit': ['test/standalone/reference/test-statistics.test.ts'],
};

const { positionals: asked, values } = parseArgs({
  allowPositionals: true,
  options: { mutate: { type: 'string' } },
});
const named = Object.keys(parts).filter(
  (part) => asked.length === 0 || asked.some((name) => part === name || part.startsWith(`${name}/`)),
);
const unknown = asked.filter((name) => !Object.keys(parts).some((part) => `${part}/`.startsWith(`${name}/`)));
if (unknown.length > 0) {
  console.error(`There is no part "${unknown[0]}". The parts are ${Object.keys(parts).join(', ')}, stats.`);
  process.exit(1);
}

mkdirSync(path.join(root, reportFolder), { recursive: true });
for (const part of named) {
  console.error(`\nMutating ${part} ...`);
  const base = path.join(reportFolder, part.replace('/', '-'));
  const settings = {
    ...(await import('../stryker.config.mjs')).default,
    mutate: [...(values.mutate?.split(',') ?? parts[part]), '!**/*.test.ts'],
    incrementalFile: `${base}.incremental.json`,
    jsonReporter: { fileName: `${base}.json` },
  };
  writeFileSync(path.join(root, `${base}.config.json`), JSON.stringify(settings));
  const stryker = path.join(root, 'node_modules', '@stryker-mutator', 'core', 'bin', 'stryker.js');
  const { status } = spawnSync(process.execPath, [stryker, 'run', `${base}.config.json`], {
    cwd: root,
    env: { ...process.env, MUTATION_TESTS: process.env.MUTATION_TESTS ?? testsOf(part).join(',') },
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(status ?? 1);
  if (values.mutate === undefined)
    record(part, JSON.parse(readFileSync(path.join(root, `${base}.json`), 'utf8')));
}

// A part is tested by the tests beside it, and where a fixture of the reference holds its values, by those.
function testsOf(part) {
  if (!part.startsWith('stats/')) return [`packages/core/src/${part}/**/*.test.ts`];
  return [`packages/stats/src/${part.slice(6)}/**/*.test.ts`, ...(committedValues[part] ?? [])];
}

function record(part, report) {
  const counts = { killed: 0, timeout: 0, survived: 0, noCoverage: 0, static: 0, invalid: 0 };
  for (const { status } of Object.values(report.files).flatMap((file) => file.mutants)) {
    if (status === 'Killed') counts.killed += 1;
    else if (status === 'Timeout') counts.timeout += 1;
    else if (status === 'Survived') counts.survived += 1;
    else if (status === 'NoCoverage') counts.noCoverage += 1;
    else if (status === 'Ignored') counts.static += 1;
    else counts.invalid += 1;
  }
  const detected = counts.killed + counts.timeout;
  const valid = detected + counts.survived + counts.noCoverage;
  const results = existsSync(resultFile) ? JSON.parse(readFileSync(resultFile, 'utf8')) : { parts: {} };
  const measured = { scorePercent: Number(((100 * detected) / valid).toFixed(2)), ...counts };
  const all = { ...results.parts, [part]: measured };
  const ordered = Object.keys(parts).filter((name) => name in all);
  const result = {
    stryker: report.framework.version,
    machine: { processor: cpus()[0]?.model, processors: cpus().length, node: process.versions.node },
    parts: Object.fromEntries(ordered.map((name) => [name, all[name]])),
  };
  writeFileSync(resultFile, `${JSON.stringify(result, null, 2)}\n`);
}
