import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EnergyMeter, EnergyMeters } from './energy-meter.js';
import { openNvmlMeter } from './nvml-meter.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'foretoken-nvml-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** A program that prints these lines and ends with this code, or waits to be ended. */
async function openPlaying(lines: readonly string[], code?: number, complaint = ''): Promise<EnergyMeters> {
  const script = path.join(folder, 'play.mjs');
  await writeFile(
    script,
    `console.log(${JSON.stringify(lines.join('\n'))});
     process.stderr.write(${JSON.stringify(complaint)});
     ${code === undefined ? 'setInterval(() => {}, 1000);' : `process.exitCode = ${code};`}`,
  );
  let now = 0;
  // Every sample and every reading is half a second after the one before.
  return openNvmlMeter({ command: [process.execPath, script], clock: () => (now += 500) });
}

describe('the NVML meter', () => {
  it('integrates the power of all GPUs', async () => {
    const { meters, unreadable } = await openPlaying(['GPU-a, 100.00', 'GPU-b, 300.00']);
    expect(unreadable).toEqual([]);
    const meter = meters[0] as EnergyMeter;
    const [first, second] = [await meter.read(), await meter.read()];
    await meter.close();
    await meter.close();
    expect(meter.name).toMatch(/^NVML \(power of 2 GPUs, integrated\)$/);
    expect(first).toBeGreaterThan(0);
    expect(second - first).toBeCloseTo(200, 10);
  });

  it('is not certain once its program has ended', async () => {
    const { meters } = await openPlaying(['GPU-a, 100.00']);
    const meter = meters[0] as EnergyMeter;
    await meter.close();
    await expect(meter.read()).rejects.toThrow('it ended with code');
  });

  it.each([
    ['a GPU without a sensor', ['GPU-a, [N/A]'], undefined, '', 'it says "GPU-a, [N/A]" in place of a power'],
    [
      'a driver that does not answer',
      [],
      9,
      "couldn't communicate",
      "it ended with code 9 (couldn't communicate)",
    ],
  ] as const)('names %s', async (_, lines, code, complaint, reason) => {
    const { meters, unreadable } = await openPlaying(lines, code, complaint);
    expect(meters).toEqual([]);
    expect(unreadable).toEqual([{ meter: 'NVML', reason: expect.stringContaining(reason) }]);
  });

  it('names a program that is not there', async () => {
    const { unreadable } = await openNvmlMeter({ command: [path.join(folder, 'none')], clock: () => 0 });
    expect(unreadable[0]?.reason).toContain('there is no such program');
  });
});
