import { mkdir, mkdtemp, rm, unlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EnergyMeterError } from '../errors/energy-meter-error.js';
import type { EnergyMeter } from './energy-meter.js';
import { openRaplMeter } from './rapl-meter.js';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'foretoken-powercap-'));
});
afterEach(() => rm(root, { recursive: true }));

/** A zone as recorded on machines with RAPL: counts in microjoules, a line each. */
async function writeZone(zone: string, name: string, energy: string | number, range = 262_143_328_850) {
  await mkdir(path.join(root, zone), { recursive: true });
  await writeFile(path.join(root, zone, 'name'), `${name}\n`);
  await writeFile(path.join(root, zone, 'energy_uj'), `${energy}\n`);
  await writeFile(path.join(root, zone, 'max_energy_range_uj'), `${range}\n`);
}

async function openOne(): Promise<EnergyMeter> {
  const { meters, unreadable } = await openRaplMeter(root);
  expect(unreadable).toEqual([]);
  expect(meters).toHaveLength(1);
  return meters[0] as EnergyMeter;
}

describe('the RAPL meter', () => {
  it('adds up packages and memory, and counts nothing twice', async () => {
    await writeZone('intel-rapl', 'control', 0);
    await writeZone('intel-rapl:0', 'package-0', 1_000_000);
    await writeZone('intel-rapl:0:0', 'core', 500_000);
    await writeZone('intel-rapl:0:2', 'dram', 70_000);
    await writeZone('intel-rapl:1', 'psys', 9_000_000);
    await writeZone('intel-rapl-mmio:0', 'package-0', 1_000_000);
    const meter = await openOne();
    expect(meter.name).toBe('RAPL (package-0, dram)');
    expect(await meter.read()).toBe(0);
    for (const zone of [
      'intel-rapl:0',
      'intel-rapl:0:0',
      'intel-rapl:0:2',
      'intel-rapl:1',
      'intel-rapl-mmio:0',
    ])
      await writeFile(path.join(root, zone, 'energy_uj'), '3000000\n');
    expect(await meter.read()).toBeCloseTo(2 + 2.93, 12);
    await meter.close();
  });

  it('goes on where a counter wraps, any number of times', async () => {
    const range = 1000;
    await writeZone('intel-rapl:0', 'package-0', 900, range);
    const meter = await openOne();
    let total = 0;
    let count = 900;
    for (const step of [50, 200, 700, 999, 1, 0, 950]) {
      count = (count + step) % range;
      total += step;
      await writeZone('intel-rapl:0', 'package-0', count, range);
      expect(await meter.read()).toBeCloseTo(total / 1e6, 15);
    }
  });

  it('does not take readings that overlap for a wrap', async () => {
    await writeZone('intel-rapl:0', 'package-0', 900);
    const meter = await openOne();
    await writeZone('intel-rapl:0', 'package-0', 905);
    const readings = await Promise.all(Array.from({ length: 8 }, () => meter.read()));
    expect(readings).toEqual(Array.from({ length: 8 }, () => 5 / 1e6));
  });

  it('knows after which time a wrap may go unseen', async () => {
    await writeZone('intel-rapl:0', 'package-0', 0);
    // 262 kJ at 1 kW.
    expect((await openOne()).longestGap).toBeCloseTo(262_143, 0);
  });

  it('says that a zone has vanished, and begins anew where it comes back', async () => {
    await writeZone('intel-rapl:0', 'package-0', 100);
    const meter = await openOne();
    await unlink(path.join(root, 'intel-rapl:0', 'energy_uj'));
    await expect(meter.read()).rejects.toThrow(EnergyMeterError);
    await expect(meter.read()).rejects.toThrow(/energy_uj cannot be read \(ENOENT\)/);
    await writeZone('intel-rapl:0', 'package-0', 50);
    expect(await meter.read()).toBe(0);
    await writeZone('intel-rapl:0', 'package-0', 60);
    expect(await meter.read()).toBe(10 / 1e6);
  });

  it.each(['', 'energy', '-5', '1e3', '99999999999999999'])('refuses the count "%s"', async (count) => {
    await writeZone('intel-rapl:0', 'package-0', 100);
    const meter = await openOne();
    await writeZone('intel-rapl:0', 'package-0', count);
    await expect(meter.read()).rejects.toThrow('is no count');
  });

  it('refuses a count beyond its range', async () => {
    await writeZone('intel-rapl:0', 'package-0', 100, 1000);
    const meter = await openOne();
    await writeZone('intel-rapl:0', 'package-0', 1001, 1000);
    await expect(meter.read()).rejects.toThrow('more than its range of 1000');
  });

  it('names the zones that cannot be opened, and measures the others', async () => {
    await writeZone('intel-rapl:0', 'package-0', 100);
    await writeZone('intel-rapl:1', 'package-1', 'garbage');
    await writeZone('intel-rapl:2', 'package-2', 5, 0);
    const { meters, unreadable } = await openRaplMeter(root);
    expect(meters.map(({ name }) => name)).toEqual(['RAPL (package-0)']);
    expect(unreadable).toEqual([
      { meter: 'RAPL intel-rapl:1', reason: expect.stringContaining('is no count: "garbage"') },
      { meter: 'RAPL intel-rapl:2', reason: 'max_energy_range_uj is 0' },
    ]);
  });

  it('says why there is none', async () => {
    const missing = await openRaplMeter(path.join(root, 'none'));
    expect(missing).toEqual({
      meters: [],
      unreadable: [{ meter: 'RAPL', reason: expect.stringContaining('(ENOENT)') }],
    });
    expect((await openRaplMeter(root)).unreadable[0]?.reason).toContain('no zone intel-rapl');
  });
});
