import type { DraftContext } from '../contract/draft-context.js';
import type { Drafter } from '../contract/drafter.js';

/**
 * Gives a drafter that is not asked in this round the hidden states of the round, where it wants those of every token:
 * the target hands each over once.
 */
export async function passOnHiddenStates(
  drafter: Drafter,
  { tokens, targetHiddenRows: rows = [], signal }: DraftContext,
): Promise<void> {
  if (rows.length === 0) return;
  // They end with that of the last committed token but one.
  await drafter.readHiddenStates?.({ tokens, start: tokens.length - 1 - rows.length, rows }, signal);
}
