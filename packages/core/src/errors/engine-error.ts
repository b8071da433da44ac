import { ForetokenError } from './foretoken-error.js';

/** An engine's library is missing, unknown, or reported a failure. */
export class EngineError extends ForetokenError {
  override readonly name = 'EngineError';
}
