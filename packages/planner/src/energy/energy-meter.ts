/** Counts the energy that a part of the machine takes. Whatever runs there counts, not only this process. */
export interface EnergyMeter {
  /** The interface, and what it covers: `RAPL (package-0, dram)`. */
  readonly name: string;
  /** Where the work is done that it counts. */
  readonly covers: 'cpu' | 'gpu';
  /**
   * Milliseconds between two readings, after which the later one is not certain: the counter may have wrapped more than
   * once. `measureEnergy` refuses such a pair. Undefined: any time.
   */
  readonly longestGap: number | undefined;
  /**
   * Joules since the meter was opened, never falling. Readings queue in the order of the calls.
   *
   * @throws EnergyMeterError where the meter can no longer be read. The next reading begins anew from there.
   */
  read(): Promise<number>;
  /** Frees what the meter holds. Safe to call twice. */
  close(): Promise<void>;
}

/** A meter, or a part of one, that this machine may have and that cannot be read. */
export interface UnreadableMeter {
  /** `RAPL`, `RAPL package-1`, `NVML`. */
  readonly meter: string;
  /** What is in the way, and what to do where something can be done. */
  readonly reason: string;
}

/** Meters that were opened, and those that could not be; no meters is what reports call `none`. */
export interface EnergyMeters {
  readonly meters: readonly EnergyMeter[];
  readonly unreadable: readonly UnreadableMeter[];
}

/** Those that count what a model takes on a device (`Capabilities.device`): a GPU's idles while the processor computes. */
export function metersOf(meters: readonly EnergyMeter[], device: string): readonly EnergyMeter[] {
  return meters.filter(({ covers }) => covers === (device === 'cpu' ? 'cpu' : 'gpu'));
}
