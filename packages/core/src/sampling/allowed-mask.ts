import { InvalidArgumentError } from '../errors/invalid-argument-error.js';
import type { AllowedTokens } from './sampling-settings.js';

/**
 * The mask after a history, checked; undefined where all tokens are allowed.
 *
 * @throws InvalidArgumentError for a mask of another length than the vocabulary.
 */
export function allowedMask(
  allowedTokens: AllowedTokens | undefined,
  history: readonly number[],
  vocabularySize: number,
): Uint8Array | undefined {
  const mask = allowedTokens?.mask(history);
  if (mask !== undefined && mask.length !== vocabularySize) {
    throw new InvalidArgumentError(
      `The allowed-token mask has ${mask.length} entries for ${vocabularySize} tokens.`,
    );
  }
  return mask;
}
