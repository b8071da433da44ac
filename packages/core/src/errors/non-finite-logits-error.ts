import { ForetokenError } from './foretoken-error.js';

/** Logits with NaN or +Infinity, or no token left with a finite logit. */
export class NonFiniteLogitsError extends ForetokenError {
  override readonly name = 'NonFiniteLogitsError';
}
