import { ForetokenError } from './foretoken-error.js';

/** Use of a model, sequence or drafter after close. */
export class ClosedError extends ForetokenError {
  override readonly name = 'ClosedError';
}
