import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { EnergyMeterError } from '../errors/energy-meter-error.js';
import type { EnergyMeter, EnergyMeters, UnreadableMeter } from './energy-meter.js';
import { ReadingQueue } from './reading-queue.js';

/** One counter of Linux's powercap interface, a folder. */
interface Zone {
  /** `package-0`, `dram`. */
  readonly name: string;
  readonly folder: string;
  /** Microjoules at which the counter begins anew from 0. */
  readonly range: number;
  /** Microjoules at the last reading; undefined after a failed one. */
  last: number | undefined;
}

/** More than a processor package takes, so that no counter wraps twice unseen. */
const mostWatts = 1000;

/**
 * Opens the energy counters of Intel's and AMD's processors (RAPL) through Linux's powercap interface: packages, and
 * memory where it is counted, in one meter. Cores and graphics are parts of their package. The platform's zone `psys`
 * and the zones `intel-rapl-mmio` count the same energy again, and are left out.
 *
 * @param root the interface's folder; default `/sys/class/powercap`.
 */
export async function openRaplMeter(root = '/sys/class/powercap'): Promise<EnergyMeters> {
  let entries: string[];
  try {
    entries = await readdir(root);
  } catch (error) {
    return unreadable(
      'RAPL',
      `${root} cannot be listed (${codeOf(error)}): it takes Linux on the machine itself.`,
    );
  }
  const zones: Zone[] = [];
  const failures: UnreadableMeter[] = [];
  for (const entry of entries.filter((name) => /^intel-rapl:\d+(:\d+)?$/.test(name)).toSorted()) {
    const folder = path.join(root, entry);
    try {
      const name = (await readFile(path.join(folder, 'name'), 'utf8')).trim();
      if (!name.startsWith('package-') && name !== 'dram') continue;
      const range = await readCount(folder, 'max_energy_range_uj');
      if (range === 0) throw new Error('max_energy_range_uj is 0');
      zones.push({ name, folder, range, last: await readCount(folder, 'energy_uj') });
    } catch (error) {
      failures.push({ meter: `RAPL ${entry}`, reason: reasonOf(error) });
    }
  }
  if (zones.length === 0) {
    return failures.length > 0
      ? { meters: [], unreadable: failures }
      : unreadable('RAPL', `${root} has no zone intel-rapl of a processor package.`);
  }
  return { meters: [createMeter(zones)], unreadable: failures };
}

function createMeter(zones: readonly Zone[]): EnergyMeter {
  const name = `RAPL (${zones.map((zone) => zone.name).join(', ')})`;
  const queue = new ReadingQueue();
  let total = 0;
  const readAll = async (): Promise<number> => {
    const failures: unknown[] = [];
    let added = 0;
    for (const zone of zones) {
      try {
        const now = await readCount(zone.folder, 'energy_uj');
        if (now > zone.range) throw new Error(`energy_uj is ${now}, more than its range of ${zone.range}`);
        // A count below the last one has wrapped.
        if (zone.last !== undefined) added += now - zone.last + (now < zone.last ? zone.range : 0);
        zone.last = now;
      } catch (error) {
        zone.last = undefined;
        failures.push(error);
      }
    }
    if (failures.length > 0) {
      throw new EnergyMeterError(`${name} cannot be read: ${failures.map(reasonOf).join('; ')}.`, {
        meter: name,
        cause: failures[0],
      });
    }
    total += added;
    return total / 1e6;
  };
  return {
    name,
    covers: 'cpu',
    longestGap: Math.min(...zones.map(({ range }) => range)) / (1000 * mostWatts),
    read: () => queue.run(readAll),
    async close() {},
  };
}

async function readCount(folder: string, file: string): Promise<number> {
  const text = (await readFile(path.join(folder, file), 'utf8')).trim();
  if (!/^\d{1,15}$/.test(text))
    throw new Error(`${path.join(folder, file)} is no count: ${JSON.stringify(text)}`);
  return Number(text);
}

function unreadable(meter: string, reason: string): EnergyMeters {
  return { meters: [], unreadable: [{ meter, reason }] };
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}

function reasonOf(error: unknown): string {
  const { code, path: file, message } = error as NodeJS.ErrnoException;
  if (code === 'EACCES' || code === 'EPERM')
    return `${file} may not be read (${code}): Linux keeps energy counters for root, run as root or \`chmod a+r\` it`;
  return code === undefined ? message : `${file ?? 'the zone'} cannot be read (${code})`;
}
