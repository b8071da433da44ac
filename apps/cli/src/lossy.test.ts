import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
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
