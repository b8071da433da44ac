import { InvalidArgumentError } from '@foretoken/core';

/** Elements of a block, in every format that this package quantises to. */
export const blockElements = 32;

/** How many blocks the values fill. @throws InvalidArgumentError where the last one would be incomplete. */
export function wholeBlocks(length: number, blockLength: number): number {
  if (length % blockLength !== 0) {
    throw new InvalidArgumentError(`${length} is not a whole number of blocks of ${blockLength}.`);
  }
  return length / blockLength;
}
