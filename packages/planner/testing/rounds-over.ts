/** A round over a text, of whose every token it is known whether a draft of it would be accepted. */
export interface DecidedRound {
  /** Tokens of the text before it. */
  readonly start: number;
  readonly draftedCount: number;
  readonly acceptedCount: number;
}

/** All rounds over a text with drafts of at most `length` tokens. */
export function roundsOver(text: readonly boolean[], length: number): DecidedRound[] {
  const rounds: DecidedRound[] = [];
  for (let start = 0; start < text.length; ) {
    const draftedCount = Math.min(length, text.length - 1 - start);
    const rejected = text.slice(start, start + draftedCount).indexOf(false);
    const acceptedCount = rejected === -1 ? draftedCount : rejected;
    rounds.push({ start, draftedCount, acceptedCount });
    start += acceptedCount + 1;
  }
  return rounds;
}
