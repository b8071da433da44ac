import { ForetokenError } from './foretoken-error.js';

/** A drafting head was made for another target. */
export class HeadMismatchError extends ForetokenError {
  override readonly name = 'HeadMismatchError';
}
