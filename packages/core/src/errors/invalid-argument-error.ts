import { ForetokenError } from './foretoken-error.js';

/** An option or argument outside its documented range. */
export class InvalidArgumentError extends ForetokenError {
  override readonly name = 'InvalidArgumentError';
}
