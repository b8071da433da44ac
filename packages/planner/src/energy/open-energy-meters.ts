import type { EnergyMeters } from './energy-meter.js';
import { openNvmlMeter } from './nvml-meter.js';
import { openRaplMeter } from './rapl-meter.js';

/**
 * Opens every energy meter of this machine. They cover different parts, and are never added up here. The caller closes
 * them.
 *
 * @param clock milliseconds, never going back.
 */
export async function openEnergyMeters(clock: () => number): Promise<EnergyMeters> {
  const opened = [await openRaplMeter(), await openNvmlMeter({ clock })];
  return {
    meters: opened.flatMap(({ meters }) => meters),
    unreadable: opened.flatMap(({ unreadable }) => unreadable),
  };
}
