import { ForetokenError } from './foretoken-error.js';

/** A drafter proposed something malformed: bad parents, token ids, or probabilities. */
export class InvalidDraftError extends ForetokenError {
  override readonly name = 'InvalidDraftError';
}
