import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseProfile, type Profile } from '@foretoken/planner';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../testing/run-command.js';

let folder: string;
const inFolder = (name: string): string => path.join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'foretoken-disturbed-'));
  await writeFile(inFolder('prompt.txt'), 'export function add(\n');
});
afterAll(() => rm(folder, { recursive: true }));

const readProfileFile = async (name: string): Promise<Profile> =>
  parseProfile(await readFile(inFolder(name), 'utf8'), name);
const short = ['--threads', '1', '--context-tokens', '64'];

describe('a clock that jumps back by an hour and ahead by seconds', () => {
  let environment: NodeJS.ProcessEnv;
  beforeAll(async () => {
    const preload = inFolder('jump.mjs');
    await writeFile(
      preload,
      `const real = performance.now.bind(performance);
       let [calls, offset] = [0, 0];
       performance.now = () => {
         calls += 1;
         if (calls % 97 === 0) offset -= 3.6e6;
         if (calls % 1499 === 0) offset += 1e4;
         return real() + offset;
       };`,
    );
    environment = { NO_COLOR: '1', NODE_OPTIONS: `--import ${pathToFileURL(preload).href}` };
  });

  it('leaves a sound profile', async () => {
    const profiled = ['profile', '-o', inFolder('clock.json'), ...short, '--budget', '3s'];
    const { code, stderr } = await runCommand(profiled, { environment });
    expect(code, stderr).toBe(0);
    const { passCosts } = await readProfileFile('clock.json');
    expect(passCosts.length).toBeGreaterThan(0);
    for (const { milliseconds } of passCosts) expect(Math.max(...milliseconds)).toBeLessThan(1e4);
  });

  it('is no bug of bench, nor of generate', async () => {
    // Regression: a baseline of -225 seconds, "a bug in Foretoken".
    const by = ['--draft', 'prompt-lookup', '--threads', '1', '-n', '16'];
    const timed = ['--prompts', inFolder('prompt.txt'), '--repeats', '2'];
    for (const command of [
      ['bench', ...by, ...timed],
      ['generate', 'export class ', ...by],
    ]) {
      const { code, stderr } = await runCommand(command, { environment });
      expect(code, stderr).toBe(0);
    }
  });
});

describe.skipIf(process.platform === 'win32')('an energy meter', () => {
  /** Profiles the target alone with a program that stands for the driver's, resumed until energy had its turn. */
  async function profileWith(name: string, body: string): Promise<{ profile: Profile; stdout: string }> {
    await mkdir(inFolder(name));
    const program = path.join(inFolder(name), 'nvidia-smi');
    await writeFile(program, `#!${process.execPath}\n${body}`);
    await chmod(program, 0o755);
    const environment = { NO_COLOR: '1', PATH: `${inFolder(name)}${path.delimiter}${process.env['PATH']}` };
    const profiled = ['profile', '-o', inFolder(`${name}.json`), ...short, '--draft', 'none'];
    const asked = [...profiled, '--budget', '4s', '--power-model', '10,6'];
    let stdout = '';
    let left = true;
    while (left) {
      const result = await runCommand(asked, { environment });
      expect(result.code, result.stderr).toBe(0);
      ({ stdout } = result);
      left = /left: .*energy of/.test(stdout);
    }
    return { profile: await readProfileFile(`${name}.json`), stdout };
  }
  const samples = "setInterval(() => console.log('GPU-a, 100.00'), 100);";
  const planOf = (name: string, ...options: string[]) => {
    const files = ['--profile', inFolder(`${name}.json`), '-o', inFolder(`${name}-plan.json`)];
    return runCommand(['plan', ...files, '--draft', 'none', '--objective', 'energy', ...options]);
  };

  // Was wrong: what an idle GPU took was counted for a model on the processor.
  it('of a GPU is named, and reads nothing of a model on the processor', async () => {
    const { profile, stdout } = await profileWith('steady', samples);
    expect(profile.energy.meters).toEqual(['NVML (power of 1 GPU, integrated)']);
    expect(profile.energy.measured).toEqual([]);
    expect(stdout).toContain('energy meters: NVML (power of 1 GPU, integrated)');
    expect(stdout).toContain('ESTIMATED by --power-model 10,6, not measured, pass of 1: ');
    const plan = await planOf('steady', '--power-model', '10,6', '--explain');
    expect(plan.stdout).toMatch(/ESTIMATED by the power model --power-model 10,6.*\nenergy meters: NVML/);
  });

  it('that cannot be read is named with its reason, and an estimate is none', async () => {
    const { profile, stdout } = await profileWith(
      'unreadable',
      "console.log('Failed to initialize NVML: Driver/library version mismatch'); process.exitCode = 18;",
    );
    expect(profile.energy).toMatchObject({ meters: [], measured: [] });
    expect(stdout).toMatch(/energy meters: none\n(.*\n)*? {2}NVML: nvidia-smi: it says "Failed to init/);
    expect(stdout).toContain('ESTIMATED by --power-model 10,6, not measured, pass of 1: ');
    const refused = await planOf('unreadable');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('holds no energy of the target: no meter could be read');
    const report = inFolder('unreadable.html');
    const estimated = await planOf('unreadable', '--power-model', '10,6', '--report', report);
    expect(estimated.stdout).toMatch(
      /ESTIMATED by the power model --power-model 10,6.*\nenergy meters: none/,
    );
    const page = await readFile(report, 'utf8');
    expect(page).toContain('joules a token, ESTIMATED by --power-model 10,6, not measured');
    expect(page).toContain('meters: none (');
  });
});
