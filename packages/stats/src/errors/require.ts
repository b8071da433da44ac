import { StatisticsError } from './statistics-error.js';

const largestShape = 1e13;

// Checks of single arguments. Each returns nothing and throws a StatisticsError.

/** A finite number above 0. */
export function requirePositive(value: number, argument: string): void {
  if (!(value > 0 && value < Infinity)) {
    throw outOfRange(value, argument, 'a finite number above 0');
  }
}

/** A shape parameter: above it the methods would need tens of millions of terms. */
export function requireShape(value: number, argument: string): void {
  if (!(value >= 1e-100 && value <= largestShape)) {
    throw outOfRange(value, argument, `a number from 1e-100 to ${largestShape}`);
  }
}

/** A number of trials, which is a shape parameter and an integer. */
export function requireTrials(value: number, argument: string, least: number): void {
  requireInteger(value, argument, least);
  if (value > largestShape) throw outOfRange(value, argument, `at most ${largestShape}`);
}

/** Any number but NaN; infinities count as limits. */
export function requireNumber(value: number, argument: string): void {
  if (typeof value !== 'number' || Number.isNaN(value)) {
    throw outOfRange(value, argument, 'a number');
  }
}

/** A finite number. */
export function requireFinite(value: number, argument: string): void {
  if (!Number.isFinite(value)) throw outOfRange(value, argument, 'a finite number');
}

/** A number of at least 0; Infinity counts as a limit. */
export function requireNonNegative(value: number, argument: string): void {
  if (!(value >= 0)) throw outOfRange(value, argument, 'a number of at least 0');
}

/** A probability, 0 and 1 included. */
export function requireProbability(value: number, argument: string): void {
  if (!(value >= 0 && value <= 1)) {
    throw new StatisticsError(`${argument} is ${value}; it must be a probability, 0 to 1.`, {
      reason: 'invalid-probability',
      argument,
      value,
    });
  }
}

/** A probability other than 0 and 1, such as a confidence or an error rate. */
export function requireOpenProbability(value: number, argument: string): void {
  if (!(value > 0 && value < 1)) {
    throw new StatisticsError(`${argument} is ${value}; it must lie above 0 and below 1.`, {
      reason: 'invalid-probability',
      argument,
      value,
    });
  }
}

/** An integer of at least `least` that a double holds exactly; least = -Infinity allows any. */
export function requireInteger(value: number, argument: string, least: number): void {
  if (!(Number.isSafeInteger(value) && value >= least)) {
    throw outOfRange(value, argument, least === -Infinity ? 'an integer' : `an integer of at least ${least}`);
  }
}

/** One of the values that the option allows. */
export function requireOneOf(value: string, argument: string, allowed: readonly string[]): void {
  if (!allowed.includes(value)) throw outOfRange(value, argument, `one of ${allowed.join(', ')}`);
}

function outOfRange(value: unknown, argument: string, wanted: string): StatisticsError {
  return new StatisticsError(`${argument} is ${String(value)}; it must be ${wanted}.`, {
    reason: 'out-of-range',
    argument,
    value,
  });
}
