import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { TargetComparison } from '@foretoken/audit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../testing/run-command.js';

let folder: string;
let short: readonly string[];
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'foretoken-compare-'));
  const prompts = path.join(folder, 'three.txt');
  await writeFile(prompts, 'export function add(\nconst names = \nimport { readFile } from \n');
  short = ['--prompts', prompts, '-n', '12', '--threads', '1', '--margin', '0.05'];
});
afterAll(() => rm(folder, { recursive: true }));

interface ComparisonJson {
  readonly machine: { readonly processor: string };
  readonly reference: string;
  readonly compared: readonly { readonly candidate: string; readonly comparison: TargetComparison }[];
}

describe('foretoken compare', () => {
  it('tells another weight format from another cache format, as JSON', async () => {
    const candidates = ['embedded', 'embedded,format=Q4_0'];
    const { code, stdout, stderr } = await runCommand([
      'compare',
      'embedded',
      ...candidates,
      ...short,
      '--json',
    ]);
    // A weight format is no small change, and one candidate that differs decides the exit code.
    expect([1, 3], stderr).toContain(code);
    const { compared } = JSON.parse(stdout) as ComparisonJson;
    expect(compared.map(({ candidate }) => candidate)).toEqual(candidates);
    const [same, coarse] = compared.map(({ comparison }) => comparison);
    expect(same).toMatchObject({ verdict: 'same', positions: 36 });
    expect(same?.totalVariation.upper).toBeLessThan(1e-6);
    expect(coarse?.totalVariation.lower).toBeGreaterThan(0.02);
    expect(coarse?.byPosition.map(({ position, texts }) => [position, texts])).toEqual(
      Array.from({ length: 12 }, (_, position) => [position, 3]),
    );
    const sum = coarse?.byPosition.reduce((total, { totalVariation }) => total + totalVariation.estimate, 0);
    expect((sum as number) / 12).toBeCloseTo(coarse?.totalVariation.estimate as number, 12);
    expect(stderr).toMatch(/embedded: the same within total variation 0\.05 at 95 %/);
  });

  it('compares the embedded target with four others where none is named, and writes a page', async () => {
    const file = path.join(folder, 'comparison.html');
    const { code, stdout, stderr } = await runCommand([
      'compare',
      ...short,
      '--seed',
      '7',
      '--json',
      '--html',
      file,
    ]);
    expect([0, 1, 3], stderr).toContain(code);
    const { machine, reference, compared } = JSON.parse(stdout) as ComparisonJson;
    expect(reference).toBe('embedded');
    const names = compared.map(({ candidate }) => candidate);
    expect(names).toEqual([
      'embedded,backend=onnx',
      'embedded,format=Q4_0',
      'embedded,format=F16',
      'embedded,kv=q8_0',
    ]);
    // Each of them is what its name says: another engine, smaller and larger weights, a smaller cache.
    const [onnx, coarse, fine, cache] = compared.map(({ comparison }) => comparison);
    expect(onnx?.costs.reference.tokensPerSecond).toBeGreaterThan(0);
    expect(onnx?.costs.candidate.memory).not.toEqual(onnx?.costs.reference.memory);
    const weights = compared[0]?.comparison.costs.reference.memory.weights as number;
    expect(coarse?.costs.candidate.memory.weights).toBeLessThan(weights);
    expect(fine?.costs.candidate.memory.weights).toBeGreaterThan(weights);
    expect(cache?.costs.candidate.memory.cache).toBeLessThan(cache?.costs.reference.memory.cache as number);

    const html = await readFile(file, 'utf8');
    expect(html.match(/<svg/g)).toHaveLength(1);
    // Self-contained: it fetches nothing.
    expect(html.replaceAll('http://www.w3.org/', '')).not.toMatch(/https?:\/\/|<script|<link|@import|src=/);
    const [, plot] = /(<svg[^]*<\/svg>)/.exec(html) as RegExpExecArray;
    for (const { candidate, comparison } of compared) {
      expect(plot).toContain(candidate);
      expect(html).toMatch(new RegExp(`<strong>${candidate}: (the )?${comparison.verdict}`));
    }
    // A line and a band of every candidate for each of three distances.
    for (const mark of ['line', 'area'])
      expect(plot?.match(new RegExp(`aria-roledescription="${mark} mark"`, 'g'))).toHaveLength(
        3 * names.length,
      );
    for (const part of ['mean total variation', 'Tokens/s', 'Seed 7', 'memory, MB', 'KL divergence'])
      expect(html).toContain(part);
    expect(html).toContain(machine.processor.replaceAll('&', '&amp;'));
  });

  it.each([
    ['compare', () => path.join(folder, 'no-such-folder', 'page.html'), 'ENOENT'],
    ['compare', () => folder, 'EISDIR'],
    ['compare', () => path.join(folder, 'three.txt', 'page.html'), 'ENOTDIR'],
    ['audit', () => folder, 'EISDIR'],
  ])(
    '%s: a page that cannot be written is said before anything is measured',
    async (command, page, reason) => {
      const { code, stdout, stderr } = await runCommand([command, '--html', page()]);
      // 1 is a verdict.
      expect(code).toBe(4);
      expect(stdout).toBe('');
      expect(stderr).toBe(
        `foretoken: The page ${page()} cannot be written (${reason}): give --html a file in a folder that exists and is writable.\n`,
      );
      expect(await readdir(folder)).not.toContain('no-such-folder');
    },
  );
});
