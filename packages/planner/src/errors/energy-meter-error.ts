import { ForetokenError } from '@foretoken/core';

/** An energy meter that can no longer be read, or whose reading is not certain. */
export class EnergyMeterError extends ForetokenError {
  override readonly name = 'EnergyMeterError';
  /** The meter's name. */
  readonly meter: string;

  constructor(message: string, options: ErrorOptions & { readonly meter: string }) {
    super(message, options);
    this.meter = options.meter;
  }
}
