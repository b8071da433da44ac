import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { AuditReport } from '@foretoken/audit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { finishCommand, runCommand, startCommand } from '../testing/run-command.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'foretoken-audit-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** One pair on one engine; on a slow machine the bounds stay wide, so no verdict but "not lossless" is excluded. */
const short = ['audit', '--backend', 'llamacpp', '--threads', '1', '--rule', 'block', '--budget', '5'];

describe('foretoken audit', () => {
  it('audits the embedded pair, as JSON and as a page with plots', async () => {
    const page = path.join(folder, 'audit.html');
    const options = ['--drafter', 'draft-model', '--margin', '0.3', '--seed', '5'];
    const { code, stdout, stderr } = await runCommand([...short, ...options, '--json', '--html', page]);
    const report = JSON.parse(stdout) as AuditReport & { machine: { cores: number } };
    // Wrong with probability 1e-6 at most; the seed is fixed.
    expect(report.verdict.failures, stderr).toEqual([]);
    expect(code).toBe(report.verdict.exitCode);
    expect([0, 3]).toContain(code);
    expect(report.seed).toBe(5);
    expect(report.proofs).toMatchObject([{ rule: 'block', holds: true }]);
    expect(report.tables).toHaveLength(3);
    const [engine] = report.engines;
    expect(engine?.errors).toEqual([]);
    expect(engine?.audits.map(({ mode }) => mode)).toEqual(['rows reused', 'own passes']);
    expect(engine?.audits[0]?.draws).toBeGreaterThan(0);
    expect(engine?.passDistances.map(({ tokens }) => tokens)).toEqual([2, 3, 4, 8]);
    expect(report.machine.cores).toBeGreaterThan(0);

    const html = await readFile(page, 'utf8');
    expect(html.match(/<svg/g)).toHaveLength(3);
    // Self-contained: it fetches nothing.
    expect(html.replaceAll('http://www.w3.org/', '')).not.toMatch(/https?:\/\/|<script|<link|@import/);
    expect(html).toContain('block, draft-model, llamacpp');
  });

  it('prints tables and a verdict where there is no terminal, here under a schema', async () => {
    const structured = ['--json-schema', '{"type":"array","items":{"type":"number"}}'];
    const { code, stdout, stderr } = await runCommand(
      [...short, '--drafter', 'prompt-lookup', ...structured],
      { environment: {} },
    );
    expect([0, 3]).toContain(code);
    // The tables have outputs under a mask then.
    expect(stdout).toContain('masked');
    expect(stdout).not.toContain('penalised');
    expect(stdout).not.toContain(String.fromCharCode(27));
    expect(stdout).toMatch(/Layer 1, the algorithm[^]*Layer 2, the engines[^]*Layer 3, numerics/);
    expect(stdout).toMatch(/"Not lossless" is wrong with probability 0.000001 at most/);
    expect(stderr).toMatch(/% ?:.*s left/);
  });

  it('gives the verdict so far when interrupted', async () => {
    const child = startCommand([...short, '--budget', '60', '--json']);
    child.stdin.end();
    child.stderr.on('data', (text: Buffer | string) => {
      if (String(text).includes('%')) child.kill('SIGINT');
    });
    const { code, stdout } = await finishCommand(child);
    const report = JSON.parse(stdout) as AuditReport;
    expect(report).toMatchObject({ cancelled: true, verdict: { outcome: 'not enough evidence' } });
    expect(report.tables.length).toBeGreaterThan(0);
    expect(code).toBe(3);
  });

  it.each([
    [['--rule', 'nonsense'], /tokenwise, block, sample-match, .*k-seq; not "nonsense"/],
    [['--drafter', 'draft-model,'], /--drafter takes names/],
    [['--backend', 'cuda'], /--backend takes names/],
    [['--alpha', '0'], /--alpha takes a number/],
    [['--margin', '2'], /--margin takes a number/],
    [['--temperature', '0'], /--temperature takes a number/],
    [['--target', 'missing.gguf'], /missing.gguf/],
    [['--target', 'a.gguf', '--model', 'b.gguf'], /give one of them/],
    // Regression: nothing was drawn on any engine, and the audit said "equivalent".
    [['--drafter', 'draft-model', '--draft', 'none'], /--drafter draft-model needs a draft model/],
  ])('says what is wrong with %j', async (options, message) => {
    const { code, stderr } = await runCommand(['audit', ...options, '--budget', '5']);
    expect(stderr).toMatch(message);
    expect([2, 4]).toContain(code);
  });
});
