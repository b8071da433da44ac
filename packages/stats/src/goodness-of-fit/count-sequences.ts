import { StatisticsError } from '../errors/statistics-error.js';

/** The key of a token sequence in counts and joint laws: its ids joined by commas. */
export function sequenceKey(tokens: ArrayLike<number>): string {
  return Array.prototype.join.call(tokens, ',');
}

/**
 * How often each token sequence occurs, by its key. All sequences must have the same length, since a joint law
 * is one over sequences of one length. O(tokens).
 *
 * @param sequences token ids, [sequences][length]; integers of at least 0.
 * @throws StatisticsError where there is no sequence, lengths differ, or an id is not an integer of at least 0.
 */
export function countSequences(sequences: readonly ArrayLike<number>[]): Map<string, number> {
  const length = sequences[0]?.length ?? 0;
  if (length === 0) {
    throw new StatisticsError('sequences has no tokens; give at least one sequence of at least one token.', {
      reason: 'empty',
      argument: 'sequences',
    });
  }
  const counts = new Map<string, number>();
  for (const [index, tokens] of sequences.entries()) {
    requireTokens(tokens, length, index);
    const key = sequenceKey(tokens);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

function requireTokens(tokens: ArrayLike<number>, length: number, index: number): void {
  if (tokens.length !== length) {
    throw new StatisticsError(
      `sequences[${index}] has ${tokens.length} tokens and sequences[0] ${length}; all must have as many.`,
      { reason: 'mismatch', argument: 'sequences', value: tokens.length, index },
    );
  }
  for (let position = 0; position < length; position++) {
    const token = tokens[position] as number;
    if (!(Number.isSafeInteger(token) && token >= 0)) {
      throw new StatisticsError(
        `sequences[${index}][${position}] is ${String(token)}; it must be a token id, an integer of at least 0.`,
        { reason: 'out-of-range', argument: 'sequences', value: token, index },
      );
    }
  }
}
