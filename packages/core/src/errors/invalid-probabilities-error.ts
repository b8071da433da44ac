import { ForetokenError } from './foretoken-error.js';

/** Probabilities from outside that are negative, no numbers, or do not sum to 1. */
export class InvalidProbabilitiesError extends ForetokenError {
  override readonly name = 'InvalidProbabilitiesError';
}
