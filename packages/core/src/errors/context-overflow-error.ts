import { ForetokenError } from './foretoken-error.js';

/** More tokens than the context holds. */
export class ContextOverflowError extends ForetokenError {
  override readonly name = 'ContextOverflowError';
}
