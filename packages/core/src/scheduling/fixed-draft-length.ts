import { InvalidArgumentError } from '../errors/invalid-argument-error.js';
import type { DraftLengthController } from './draft-length-controller.js';

/** Always the same length, 0 or more; shorter only where the context or the token limit ends. */
export function createFixedDraftLength(length: number): DraftLengthController {
  if (!Number.isInteger(length) || length < 0) {
    throw new InvalidArgumentError(`The draft length must be a whole number of at least 0, not ${length}.`);
  }
  return {
    name: `fixed ${length}`,
    next: (limit) => Math.min(length, limit),
    observe: () => {},
  };
}
