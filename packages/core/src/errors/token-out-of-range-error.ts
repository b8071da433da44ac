import { ForetokenError } from './foretoken-error.js';

/** A token id that the model's vocabulary does not have. */
export class TokenOutOfRangeError extends ForetokenError {
  override readonly name = 'TokenOutOfRangeError';
}
