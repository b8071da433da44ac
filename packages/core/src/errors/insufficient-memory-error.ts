import { ForetokenError } from './foretoken-error.js';

/** A model that takes more memory than there is, or than it was allowed; nothing of it was loaded. */
export class InsufficientMemoryError extends ForetokenError {
  override readonly name = 'InsufficientMemoryError';
}
