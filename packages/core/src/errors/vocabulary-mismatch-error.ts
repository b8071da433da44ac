import { ForetokenError } from './foretoken-error.js';

/** Draft and target do not share a vocabulary. */
export class VocabularyMismatchError extends ForetokenError {
  override readonly name = 'VocabularyMismatchError';
}
