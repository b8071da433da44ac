import { ForetokenError } from './foretoken-error.js';

/** A model file that is missing, truncated, malformed, or not a model at all. */
export class InvalidModelFileError extends ForetokenError {
  override readonly name = 'InvalidModelFileError';
}
