import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand, startCommand, finishCommand } from '../testing/run-command.js';
import type { EngineComparison } from './benchmark/compare-engines.js';
import { enginesTable } from './output/engines-table.js';
import { codePrompts } from './prompts/code-prompts.js';
import { repeatingPrompts } from './prompts/repeating-prompts.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'foretoken-measuring-'));
});
afterAll(() => rm(folder, { recursive: true }));

interface ComparisonJson {
  readonly plain: { readonly blockEfficiency: number };
  readonly speculative: { readonly blockEfficiency: number; readonly draftedByPosition: readonly number[] };
  readonly ratio: { readonly median: number; readonly count: number };
  readonly ratios: readonly number[];
  readonly workload: { readonly estimate: number; readonly lower: number; readonly upper: number };
  readonly identical?: number | undefined;
  readonly differences: readonly { readonly cause: string }[];
}

/** Greedy text is the same both ways, or differs where rounding decides; never for another reason. */
function expectLossless({ identical, differences, ratio }: ComparisonJson): void {
  expect((identical ?? 0) + differences.length).toBe(ratio.count);
  for (const { cause } of differences) expect(cause).toBe('numerics');
}

describe('foretoken bench', () => {
  it('compares draft lengths and engines on the prompts of a file, as JSON', async () => {
    const file = path.join(folder, 'prompts.jsonl');
    const lines = [
      { prompt: 'import { readFile } from ' },
      { text: 'export enum Colour {\n' },
      { turns: ['const sum = '] },
    ];
    await writeFile(file, lines.map((line) => JSON.stringify(line)).join('\n'));
    const short = ['--threads', '1', '--temperature', '0', '-n', '24', '--repeats', '1'];
    const compared = ['--prompts', file, '--draft-length', '0,3', '--backend', 'all'];
    const { code, stdout, stderr } = await runCommand(['bench', ...short, ...compared, '--json']);
    expect(code, stderr).toBe(0);
    const { engines, machine } = JSON.parse(stdout) as {
      engines: { engine: string; results: { draftLength: number; comparison: ComparisonJson }[] }[];
      machine: { cores: number };
    };
    expect(engines.map(({ engine }) => engine.split(' ')[0])).toEqual(['llama.cpp', 'ONNX']);
    expect(machine.cores).toBeGreaterThan(0);
    for (const { results } of engines) {
      expect(results.map(({ draftLength }) => draftLength)).toEqual([0, 3]);
      for (const { comparison } of results) {
        const { ratios, workload } = comparison;
        expect(ratios).toHaveLength(3);
        // One repeat: together they are between the slowest and the fastest prompt.
        expect(workload.estimate).toBeGreaterThanOrEqual(Math.min(...ratios));
        expect(workload.estimate).toBeLessThanOrEqual(Math.max(...ratios));
        expect(comparison.plain.blockEfficiency).toBe(1);
        expectLossless(comparison);
      }
      expect(results[0]?.comparison.speculative.draftedByPosition).toEqual([]);
      expect(results[1]?.comparison.speculative.draftedByPosition).toHaveLength(3);
      expect(results[1]?.comparison.speculative.blockEfficiency).toBeGreaterThan(1);
    }
  });
});

describe('foretoken bench --drafters', () => {
  it('has a row for every drafter', async () => {
    const short = ['--threads', '1', '-t', '0', '-n', '16', '--repeats', '1', '--draft-length', '3'];
    const file = path.join(folder, 'one-prompt.txt');
    await writeFile(file, 'export function add(left: number, right: number) {\n');
    const { code, stdout, stderr } = await runCommand([
      'bench',
      ...short,
      '--prompts',
      file,
      '--drafters',
      'all',
    ]);
    expect(code, stderr).toBe(0);
    const rows = stdout.slice(stdout.lastIndexOf('--draft '));
    const names = [
      'embedded',
      'mlp-speculator',
      'eagle',
      'hass',
      'prompt-lookup',
      'n-gram',
      'input-copy',
      'prompt-lookup+embedded',
      'early-exit:6',
    ];
    for (const name of names) expect(rows).toContain(` ${name} `);
  });

  it('does not take --draft beside it', async () => {
    const { code } = await runCommand(['bench', '--drafters', 'all', '--draft', 'embedded']);
    expect(code).toBe(2);
  });
});

describe('foretoken demo', () => {
  const short = ['demo', '--prompts', '1', '--max-tokens', '16', '--threads', '1'];

  it('measures both tasks and shows the arithmetic, as JSON', async () => {
    const { code, stdout, stderr } = await runCommand([...short, '--json']);
    expect(code, stderr).toBe(0);
    const { tasks, passCosts, engines } = JSON.parse(stdout) as {
      engines: EngineComparison[];
      tasks: { arithmetic: { length: number; expectedGain: number }[]; greedy: ComparisonJson }[];
      passCosts: Record<'target' | 'draft', { lengths: number[]; milliseconds: number[] }>;
    };
    for (const { lengths, milliseconds } of [passCosts.target, passCosts.draft]) {
      expect(milliseconds).toHaveLength(lengths.length);
      expect(milliseconds).toEqual(milliseconds.toSorted((left, right) => left - right));
    }
    expect(engines.map(({ target, draft }) => `${target} ${draft}`)).toEqual([
      'llamacpp llamacpp',
      'llamacpp onnx',
      'onnx llamacpp',
      'onnx onnx',
    ]);
    for (const { comparison } of engines) {
      expectLossless(comparison);
      expect(comparison.speculative.blockEfficiency).toBeGreaterThan(1);
    }
    expect(enginesTable(engines).match(/llamacpp|onnx/g)).toHaveLength(9);
    expect(tasks).toHaveLength(2);
    for (const { arithmetic, greedy } of tasks) {
      // Plain decoding is one of the choices, and its own measure.
      expect(arithmetic[0]).toMatchObject({ length: 0, expectedGain: 1 });
      expectLossless(greedy);
    }
  });

  it('prints plain lines where there is no terminal', async () => {
    // The embedded draft and the other engine are measured above.
    const { code, stdout } = await runCommand([...short, '--draft', 'none'], { environment: {} });
    expect(code).toBe(0);
    expect(stdout).not.toContain(String.fromCharCode(27));
    expect(stdout).toContain('greedy text identical');
    expect(stdout).toContain('expected against plain');
  });

  it('stops when interrupted, with 130', async () => {
    const child = startCommand(['demo', '--json']);
    child.stdin.end();
    child.stderr.once('data', () => child.kill('SIGINT'));
    expect((await finishCommand(child)).code).toBe(130);
  });
});

describe('the built-in prompts', () => {
  it('are sixteen a task, all different', () => {
    expect(new Set(codePrompts).size).toBe(16);
    expect(new Set(repeatingPrompts).size).toBe(16);
  });
});

describe('foretoken info', () => {
  it('says what the machine is and which engines load', async () => {
    const { code, stdout } = await runCommand(['info', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      machine: { node: process.version },
      engines: {
        llamacpp: { loads: true, engine: expect.stringMatching(/^llama\.cpp /) },
        onnx: { loads: true, engine: expect.stringMatching(/^ONNX Runtime /) },
      },
      onnxProviders: { CPU: { loads: true } },
    });
  });
});

describe('foretoken --help', () => {
  it.each(['demo', 'generate', 'bench', 'audit', 'compare', 'profile', 'plan', 'info', 'convert'])(
    '%s ends with an example',
    async (command) => {
      const { code, stdout } = await runCommand([command, '--help']);
      expect(code).toBe(0);
      expect(stdout).toMatch(/Examples?:\n {2}(npm run|foretoken) /);
    },
  );
});
