import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Profile, parseProfile, type ProfileSetupResult } from '@foretoken/planner';
import { finishCommand, runCommand, startCommand } from '../testing/run-command.js';

let folder: string;
let output: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'foretoken-profile-command-'));
  output = path.join(folder, 'profile.json');
});
afterEach(() => rm(folder, { recursive: true }));

const readProfileFile = async (): Promise<Profile> => parseProfile(await readFile(output, 'utf8'), output);

describe('foretoken profile', () => {
  it('measures the embedded pair within its budget, and goes on where it is run again', async () => {
    const short = ['profile', '-o', output, '--threads', '1', '--json'];
    const first = await runCommand([...short, '--budget', '4s']);
    expect(first.code, first.stderr).toBe(0);
    const { profile, measured, left } = JSON.parse(first.stdout) as ProfileSetupResult;
    expect(await readProfileFile()).toEqual(profile);
    expect(Object.keys(profile.models)).toEqual(['embedded target', 'embedded draft']);
    expect(profile.libraries).toHaveProperty('@foretoken/planner');
    expect(measured).toContain('passes of embedded target after 64 tokens');
    expect(profile.passCosts[0]?.configuration).toMatchObject({ threads: 1, weightFormat: 'Q8_0' });
    expect(profile.acceptance[0]?.positions.length).toBeGreaterThan(0);
    // A meter, or why there is none.
    expect(profile.energy.meters.length + profile.energy.unreadable.length).toBeGreaterThan(0);
    for (const { predicted, measured: used } of profile.memory) {
      for (const part of ['weights', 'cache'] as const)
        expect(Math.abs((predicted[part] as number) / used[part] - 1)).toBeLessThan(0.1);
    }
    const second = await runCommand([...short, '--budget', '1s']);
    expect(second.code, second.stderr).toBe(0);
    const again = JSON.parse(second.stdout) as ProfileSetupResult;
    for (const step of measured.filter((name) => !left.includes(name))) expect(again.kept).toContain(step);
    expect(again.profile.roundCosts).toEqual(profile.roundCosts);
  });

  it('keeps what was measured when interrupted, and ends with 130', async () => {
    const child = startCommand(['profile', '-o', output, '--threads', '1', '--budget', '20s']);
    child.stdin.end();
    // Its first line after the start: something was measured by then.
    child.stderr.on('data', (text: Buffer) => {
      if (text.toString().includes(' %: ')) child.kill('SIGINT');
    });
    const { code, stdout } = await finishCommand(child);
    expect(code).toBe(130);
    expect(stdout).toContain('run again to measure them');
    expect((await readProfileFile()).passCosts.length).toBeGreaterThan(0);
  });

  it('refuses a broken profile by name, and does not touch it', async () => {
    await writeFile(output, '{"format": "foretoken-profile", "version": 1');
    const { code, stderr } = await runCommand(['profile', '-o', output, '--threads', '1', '--budget', '1s']);
    expect(code).toBe(1);
    expect(stderr).toContain('profile.json is not a whole profile');
    expect(await readFile(output, 'utf8')).toContain('"version": 1');
  });

  it.each([['0s'], ['-1'], ['soon'], ['1d'], ['']])('takes no budget of "%s"', async (budget) => {
    const { code, stderr } = await runCommand(['profile', '-o', output, `--budget=${budget}`]);
    expect(code).toBe(2);
    expect(stderr).toContain('--budget takes a time');
  });

  it('needs a file', async () => {
    expect((await runCommand(['profile'])).code).toBe(2);
  });
});
