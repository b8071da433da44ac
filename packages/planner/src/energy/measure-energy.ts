import { EnergyMeterError } from '../errors/energy-meter-error.js';
import type { MeasuredEnergy } from './energy.js';
import type { EnergyMeter } from './energy-meter.js';

/**
 * The energy that a meter counts while `work` runs.
 *
 * @param clock milliseconds of a clock that should never go back.
 * @throws EnergyMeterError where the meter cannot be read, where the clock went back, and where the work took longer
 *   than the meter's `longestGap`.
 */
export async function measureEnergy(
  meter: EnergyMeter,
  clock: () => number,
  work: () => Promise<void>,
): Promise<MeasuredEnergy> {
  const before = await meter.read();
  const start = clock();
  await work();
  const milliseconds = clock() - start;
  const joules = (await meter.read()) - before;
  const { longestGap = Number.POSITIVE_INFINITY } = meter;
  if (!(milliseconds >= 0)) {
    throw new EnergyMeterError(
      `The clock went back by ${-milliseconds} ms while ${meter.name} was measuring: measure again.`,
      { meter: meter.name },
    );
  }
  if (milliseconds > longestGap) {
    throw new EnergyMeterError(
      `${meter.name} was read ${milliseconds} ms apart, and may have wrapped more than once in over ${longestGap} ms: measure less at a time.`,
      { meter: meter.name },
    );
  }
  return { kind: 'measured', meter: meter.name, joules, milliseconds };
}
