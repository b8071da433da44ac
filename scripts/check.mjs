// Every check of the project besides building: `node scripts/check.mjs` runs them all, and ends with the
// line "N passed, N failed", where every test case and every other check counts as one.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const temporary = mkdtempSync(path.join(tmpdir(), 'foretoken-check-'));
const totals = { passed: 0, failed: 0, skipped: 0 };
const packages = ['packages', 'apps'].flatMap((folder) =>
  readdirSync(path.join(root, folder)).map((name) => `${folder}/${name}`),
);

countTests('tests', 'test', true);
// Its own file says which tests it leaves out, and why.
countTests('tests on the fallback paths', 'test:fallback', false);
rmSync(temporary, { recursive: true });

check('lint', 'npx', ['oxlint', '--type-aware', '--deny-warnings']);
check('format', 'npx', ['biome', 'format', '.']);
check('types of tests and scripts', 'npx', ['tsc', '--noEmit', '-p', 'tsconfig.check.json']);
check('layers', 'npx', [
  'depcruise',
  ...packages.map((name) => `${name}/dist`),
  '--config',
  '.dependency-cruiser.cjs',
]);
check('dead code', 'npx', ['knip']);
check('packages', 'npx', ['turbo', 'run', 'pack:check', '--continue', '--output-logs=errors-only']);

const skipped = totals.skipped > 0 ? `, ${totals.skipped} skipped` : '';
console.log(`${totals.passed} passed, ${totals.failed} failed${skipped}`);
process.exit(totals.failed === 0 ? 0 : 1);

/** Runs an npm script that runs tests, and adds up its cases. */
function countTests(title, script, countSkipped) {
  const report = path.join(temporary, `${script.replace(':', '-')}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile=${report}`];
  const status = run(title, 'npm', ['run', script, '--', ...reporters]);
  try {
    const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(report, 'utf8'));
    totals.passed += numPassedTests;
    totals.failed += numFailedTests;
    if (countSkipped) totals.skipped += numPendingTests;
    // A file that does not load fails without a test case.
    if (status !== 0 && numFailedTests === 0) totals.failed += 1;
  } catch {
    totals.failed += 1;
  }
}

function check(title, command, parameters) {
  if (run(title, command, parameters) === 0) totals.passed += 1;
  else totals.failed += 1;
}

/** Shows the output as it comes; a title before it, and the verdict after. */
function run(title, command, parameters) {
  console.log(`--- ${title}`);
  const { status } = spawnSync(command, parameters, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
    env: { ...process.env, npm_config_loglevel: 'error', TURBO_TELEMETRY_DISABLED: '1' },
  });
  console.log(status === 0 ? `ok: ${title}` : `FAILED: ${title}`);
  return status;
}
