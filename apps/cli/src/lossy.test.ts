import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { tinyModels } from '@foretoken/tiny-models';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../testing/run-command.js';

const shared = ['--threads', '1', '--draft-length', '4', '-n', '16', '--temperature', '1'];
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'foretoken-lossy-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('a lossy rule', () => {
  it('is named on standard error and in the JSON', async () => {
    const command = ['generate', ...shared, '--rule', 'lossy-typical-acceptance', '--json', 'const sum = '];
    const { code, stdout, stderr } = await runCommand(command);
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ lossy: true });
    expect(stderr).toContain('LOSSY: lossy-typical-acceptance');
  });

  it('bench measures how far its output is from the target', async () => {
    const file = path.join(folder, 'prompts.txt');
    await writeFile(file, 'import { readFile } from \nconst sum = \n');
    const command = ['bench', ...shared, '--repeats', '1', '--prompts', file, '--rule', 'lossy-big-little'];
    const { code, stdout, stderr } = await runCommand([...command, '--json']);
    expect(code, stderr).toBe(0);
    const { lossy, engines } = JSON.parse(stdout) as {
      lossy: boolean;
      engines: { results: { deviation: { positions: number; totalVariation: { estimate: number } } }[] }[];
    };
    expect(stderr).toContain('LOSSY: lossy-big-little');
    expect(lossy).toBe(true);
    const deviation = engines[0]?.results[0]?.deviation;
    expect(deviation?.positions).toBe(2 * 16);
    expect(deviation?.totalVariation.estimate).toBeGreaterThan(0);
    expect(deviation?.totalVariation.estimate).toBeLessThan(1);
  });

  it('is not for the audit, which knows exact rules alone', async () => {
    const { code, stderr } = await runCommand(['audit', '--rule', 'lossy-big-little']);
    expect(code).toBe(2);
    expect(stderr).toContain('lossy-big-little');
  });
});

describe('a route', () => {
  const prompt = 'export function add(left: number, right: number): number {\n';
  const generate = async (...more: string[]) => {
    const { code, stdout, stderr } = await runCommand(['generate', ...shared, '--json', ...more, prompt]);
    expect(code, stderr).toBe(0);
    return { result: JSON.parse(stdout), stderr };
  };

  it('with a wide tolerance gives the text of the draft model alone', async () => {
    const alone = await generate('--model', tinyModels.draft, '--draft', 'none');
    const { result, stderr } = await generate('--route', '100');
    expect(stderr).toMatch(
      /^LOSSY: --route 100: (\S+) answers, not (\S+); they are \d+\.\d{3} nats apart over the last \d+ tokens/m,
    );
    expect(result).toMatchObject({ lossy: true, text: alone.result.text, tokens: alone.result.tokens });
    expect(result.route).toMatchObject({ tolerance: 100, answer: 'small', model: alone.result.target });
    expect(result.route.divergence).toBeGreaterThan(0);
    expect(result.drafter).toBeUndefined();
    expect(result.counters.draftedCount).toBe(0);
  });

  it('with a tolerance of 0 leaves the text to the target and its drafter, and is marked all the same', async () => {
    const usual = await generate();
    const { result, stderr } = await generate('--route', '0');
    expect(stderr).toContain('LOSSY: --route 0:');
    expect(result).toMatchObject({ lossy: true, text: usual.result.text, drafter: usual.result.drafter });
    expect(result.route).toMatchObject({ answer: 'large', model: usual.result.target });
    expect(result.counters.draftedCount).toBeGreaterThan(0);
    expect(usual.result).toMatchObject({ lossy: false });
    expect(usual.result.route).toBeUndefined();
  });

  it('counts argmaxes at temperature 0', async () => {
    const { result, stderr } = await generate('--route', '1', '--temperature', '0');
    expect(stderr).toMatch(/their argmaxes differ at \d+\.\d % of the last \d+ tokens of the prompt/);
    const differing = result.route.divergence * result.route.positions;
    expect(differing).toBeCloseTo(Math.round(differing), 9);
  });

  it('bench measures how far the texts of the draft model are from the target', async () => {
    const file = path.join(folder, 'routed.txt');
    await writeFile(file, 'import { readFile } from \nconst sum = \n');
    const command = ['bench', ...shared, '--repeats', '1', '--prompts', file, '--route', '100', '--json'];
    const { code, stdout, stderr } = await runCommand(command);
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('LOSSY: --route 100');
    const { lossy, engines } = JSON.parse(stdout);
    expect(lossy).toBe(true);
    expect(engines[0].routing).toMatchObject({ routed: 2, prompts: 2, positions: 2 * 16 });
    expect(engines[0].routing.kullbackLeibler.estimate).toBeGreaterThan(0);
  });

  it.each(['none', 'eagle', 'prompt-lookup', 'embedded --foreign-draft tli'])(
    'needs a draft model of the same vocabulary, which --draft %s is not',
    async (draft) => {
      const command = ['generate', 'let', '--route', '0.5', '--draft', ...draft.split(' ')];
      const { code, stdout, stderr } = await runCommand(command);
      expect(code).toBe(2);
      expect(stderr).toContain('--route lets the draft model answer alone');
      expect(stdout).toBe('');
    },
  );
});
