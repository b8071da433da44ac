import type { RoundContexts, RoundsInContext } from '../profile/profile-schema.js';
import { layRounds, type Round } from './shorter-drafts.js';

export const noRounds: RoundsInContext = { rounds: 0, contextTokens: 0 };

/**
 * Where in a text the rounds of every draft length are. A round after a long prompt costs more, and texts of one kind may be both
 * longer and harder to guess: then the rounds that draft are in longer contexts than plain ones of the same texts. With the
 * embedded draft model that made drafts of three tokens 15 % slower than predicted.
 *
 * @param rounds of one text from its first token, with drafts of at most `draftLength` tokens.
 * @param promptTokens in the cache before the first of them.
 */
export function countRoundContexts(
  rounds: readonly Round[],
  draftLength: number,
  promptTokens: number,
): RoundContexts {
  const drafting = layRounds(rounds, draftLength).map((laid, index) => {
    const cells = Array.from({ length: index + 2 }, () => ({ ...noRounds }));
    for (const { start, draftedCount } of laid) {
      const cell = cells[draftedCount] as RoundsInContext;
      cell.rounds += 1;
      cell.contextTokens += promptTokens + start;
    }
    return cells;
  });
  const tokens = rounds.reduce((sum, { acceptedCount }) => sum + acceptedCount + 1, 0);
  return { plain: plainRounds(tokens, promptTokens), drafting };
}

/** What two texts gave together; an empty list of lengths is of no text. */
export function addRoundContexts(left: RoundContexts, right: RoundContexts): RoundContexts {
  if (left.drafting.length === 0) return right;
  return {
    plain: addRounds(left.plain, right.plain),
    drafting: left.drafting.map((cells, index) =>
      cells.map((cell, drafted) => addRounds(cell, right.drafting[index]?.[drafted] as RoundsInContext)),
    ),
  };
}

/** Rounds of one token each. */
export function plainRounds(tokens: number, promptTokens: number): RoundsInContext {
  return { rounds: tokens, contextTokens: tokens * promptTokens + (tokens * (tokens - 1)) / 2 };
}

export function addRounds(left: RoundsInContext, right: RoundsInContext): RoundsInContext {
  return {
    rounds: left.rounds + right.rounds,
    contextTokens: left.contextTokens + right.contextTokens,
  };
}
