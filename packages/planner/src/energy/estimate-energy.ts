import { InvalidArgumentError } from '@foretoken/core';
import type { EstimatedEnergy } from './energy.js';

/** Power as a constant plus a share for every busy thread: a guess, where no meter exists. */
export interface PowerModel {
  /** Says where the numbers come from: `TDP of the data sheet`. */
  readonly name: string;
  /** Watts of the machine while nothing is computed, >= 0. */
  readonly idleWatts: number;
  /** Watts that one busy thread adds, >= 0. */
  readonly wattsPerThread: number;
}

/**
 * What work of `milliseconds` on `threads` busy threads takes under a power model.
 *
 * @throws InvalidArgumentError for negative or non-finite numbers.
 */
export function estimateEnergy(
  powerModel: PowerModel,
  { milliseconds, threads }: { readonly milliseconds: number; readonly threads: number },
): EstimatedEnergy {
  const { name, idleWatts, wattsPerThread } = powerModel;
  for (const [title, value] of Object.entries({ idleWatts, wattsPerThread, milliseconds, threads })) {
    if (!(value >= 0 && value < Number.POSITIVE_INFINITY))
      throw new InvalidArgumentError(
        `${title} of the power model "${name}" must be at least 0, not ${value}.`,
      );
  }
  const joules = (milliseconds / 1000) * (idleWatts + threads * wattsPerThread);
  return { kind: 'estimated', powerModel: name, joules, milliseconds };
}
