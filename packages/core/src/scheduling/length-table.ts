import { InvalidArgumentError } from '../errors/invalid-argument-error.js';

/** Draft lengths that were compiled beforehand, one for every state of acceptance. */
export interface LengthTable {
  /** Lower bounds of the states, [states], ascending from 0, below 1: acceptance of a drafted token, as `constantAcceptance` sums it up. */
  readonly acceptance: readonly number[];
  /** Tokens to draft in each state, [states], whole numbers of at least 0; 0 is plain decoding. */
  readonly lengths: readonly number[];
}

/**
 * @throws InvalidArgumentError for a table without states, with another number of lengths than of bounds, with bounds
 *   that do not rise from 0 or reach 1, or with lengths that are not whole numbers of at least 0.
 */
export function validateLengthTable({ acceptance, lengths }: LengthTable): void {
  if (acceptance.length === 0 || acceptance.length !== lengths.length) {
    throw new InvalidArgumentError(
      `A length table has a lower bound and a length for every state, at least one, not ${acceptance.length} bounds and ${lengths.length} lengths.`,
    );
  }
  const rising = acceptance.every((bound, state) =>
    state === 0 ? bound === 0 : bound > (acceptance[state - 1] as number) && bound < 1,
  );
  if (!rising) {
    throw new InvalidArgumentError(
      `The lower bounds of a length table begin with 0, rise, and stay below 1, not ${acceptance.join(', ')}.`,
    );
  }
  if (!lengths.every((length) => Number.isInteger(length) && length >= 0)) {
    throw new InvalidArgumentError(
      `The lengths of a length table are whole numbers of at least 0, not ${lengths.join(', ')}.`,
    );
  }
}
