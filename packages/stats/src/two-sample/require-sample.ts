import { StatisticsError } from '../errors/statistics-error.js';

/** A sample of at least `least` items. */
export function requireSample(sample: ArrayLike<unknown>, argument: string, least: number): void {
  if (sample.length < least) {
    throw new StatisticsError(`${argument} has ${sample.length} items; give at least ${least}.`, {
      reason: 'empty',
      argument,
      value: sample.length,
    });
  }
}
