import { ForetokenError } from './foretoken-error.js';

/** A cache folder or output file that cannot be written. */
export class CacheWriteError extends ForetokenError {
  override readonly name = 'CacheWriteError';
}
