import { ForetokenError } from './foretoken-error.js';

/** Something this model or engine cannot do, with the reason. */
export class UnsupportedError extends ForetokenError {
  override readonly name = 'UnsupportedError';
}
