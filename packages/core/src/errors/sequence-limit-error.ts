import { ForetokenError } from './foretoken-error.js';

/** No more sequences fit; close one or load the model with a larger maximumSequences. */
export class SequenceLimitError extends ForetokenError {
  override readonly name = 'SequenceLimitError';
}
