import { EnergyMeterError } from '../errors/energy-meter-error.js';
import type { EnergyMeter } from '../energy/energy-meter.js';

export interface RecordedMeterOptions {
  /** Default `recorded`. */
  readonly name?: string | undefined;
  /** What every reading gives in turn: joules since the meter was opened, or the error that it throws. */
  readonly readings: readonly (number | Error)[];
  /** Default cpu. */
  readonly covers?: EnergyMeter['covers'] | undefined;
  /** Default: none. */
  readonly longestGap?: number | undefined;
}

/** A meter that plays a recording, and cannot be read after its end. */
export function createRecordedMeter(options: RecordedMeterOptions): EnergyMeter {
  const { name = 'recorded', covers = 'cpu', readings, longestGap } = options;
  let at = 0;
  return {
    name,
    covers,
    longestGap,
    async read() {
      const reading = readings[at++];
      if (typeof reading === 'number') return reading;
      throw reading ?? new EnergyMeterError(`The recording of ${name} has ended.`, { meter: name });
    },
    async close() {},
  };
}
